// The side of the browser: pusher-js with the channels of the page.

const PROTOCOL = /^pusher(_internal)?:/;
const SIGNATURE = /\b([0-9a-f]{8})[0-9a-f]{56}\b/g;

// The text of the WebSocket frame that pusher-js handles at the moment. It calls handlers while it handles a frame.
let frame = "";

const frameView = (direction, text) => ({
  start: `WebSocket frame ${direction}`,
  parts: [["Text", text.replace(SIGNATURE, "$1…")]],
});

function watchFrames(log, onFrame) {
  const createWebSocket = Pusher.Runtime.createWebSocket;
  Pusher.Runtime.createWebSocket = function (url) {
    const socket = createWebSocket.call(this, url);
    socket.addEventListener("message", ({ data }) => {
      frame = data;
      onFrame(JSON.parse(data));
    });
    const send = socket.send;
    socket.send = (text) => {
      showSent(log, text);
      send.call(socket, text);
    };
    return socket;
  };
}

function showSent(log, text) {
  const { event, channel } = JSON.parse(text);
  const isClientEvent = event.startsWith("client-");
  if (!isClientEvent && event !== "pusher:signin") return;

  const title = isClientEvent ? ["Sent ", { code: event }, " on ", { code: channel }] : ["Asked to be signed in"];
  log.add({ kind: "sent", title, wire: frameView("to Channels", text) });
}

function showReceived(log, title, data) {
  log.add({ kind: "received", title, data, wire: frameView("from Channels", frame) });
}

function subscribe(pusher, name, log) {
  const channel = pusher.subscribe(name);
  const isEncrypted = name.startsWith("private-encrypted-");
  channel.bind_global((event, data) => {
    if (event === "pusher:subscription_error") showReceived(log, ["Refused: ", { code: name }], data);
    if (PROTOCOL.test(event)) return;
    const decrypted = isEncrypted ? " and decrypted" : "";
    showReceived(log, [`Received${decrypted} `, { code: event }, " on ", { code: name }], data);
  });
  return channel;
}

function followMembers(channel, log, show) {
  const all = () => {
    const members = [];
    channel.members.each((member) => members.push(member));
    show(members);
  };
  channel.bind("pusher:subscription_succeeded", all);
  for (const [event, verb] of [["pusher:member_added", "entered"], ["pusher:member_removed", "left"]]) {
    channel.bind(event, ({ info }) => {
      all();
      showReceived(log, [`${info.name} ${verb} `, { code: channel.name }]);
    });
  }
}

// `show` has a function for each of: connection, user, members.
export function connect({ key, host, port, token, channels }, log, show) {
  const headers = { authorization: `Bearer ${token}` };
  watchFrames(log, ({ event, channel }) => {
    // From now on events to the user arrive.
    const isOfUser = channel?.startsWith("#server-to-user-");
    if (isOfUser && event === "pusher_internal:subscription_succeeded") show.user(pusher.user.user_data.name);
  });
  const pusher = new Pusher(key, {
    cluster: "",
    wsHost: host,
    wsPort: port,
    forceTLS: false,
    enabledTransports: ["ws"],
    channelAuthorization: { endpoint: "pusher/auth", headers },
    userAuthentication: { endpoint: "pusher/auth", headers },
  });
  pusher.connection.bind("state_change", ({ current }) => show.connection(current));
  pusher.connection.bind("message", ({ event }) => {
    if (event === "pusher:signin_success") showReceived(log, ["Signed in"]);
  });
  pusher.user.bind_global((event, data) => {
    if (!PROTOCOL.test(event)) showReceived(log, ["Received ", { code: event }, " for the signed-in user"], data);
  });
  for (const name of channels) {
    const channel = subscribe(pusher, name, log);
    if (name.startsWith("presence-")) followMembers(channel, log, show.members);
  }
  return pusher;
}
