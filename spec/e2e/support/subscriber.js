"use strict";

// A pusher-js subscriber that is told what to do in lines of JSON on its input, and tells what happens to it in lines of
// JSON on its output. It ends with its input.

const readline = require("node:readline");

const [library, settings] = process.argv.slice(2);
const Pusher = require(library);
const { key, options, batch } = JSON.parse(settings);

const tell = (report) => process.stdout.write(`${JSON.stringify(report)}\n`);

// What came over the wire, before pusher-js has parsed and decrypted it.
const createWebSocket = Pusher.Runtime.createWebSocket;
Pusher.Runtime.createWebSocket = function (url) {
  const socket = createWebSocket.call(this, url);
  socket.addEventListener("message", (message) => tell({ report: "frame", frame: JSON.parse(message.data) }));
  return socket;
};

// Collects the channels of one turn of the event loop, and authorises them with one request.
function batchAuthorization({ endpoint, params }) {
  let waiting = [];
  const send = async () => {
    const requests = waiting;
    waiting = [];
    const body = new URLSearchParams({ ...params, socket_id: requests[0].socketId });
    requests.forEach(({ channelName }) => body.append("channel_name[]", channelName));
    const response = await fetch(endpoint, { method: "POST", body });
    const results = await response.json();
    requests.forEach(({ channelName, callback }) => {
      const { status, data, error } = results[channelName];
      status === 200 ? callback(null, data) : callback(new Error(`${status} ${error}`), null);
    });
  };
  return ({ socketId, channelName }, callback) => {
    if (waiting.length === 0) setTimeout(send, 0);
    waiting.push({ socketId, channelName, callback });
  };
}
if (batch) options.channelAuthorization.customHandler = batchAuthorization(options.channelAuthorization);

const client = new Pusher(key, options);
client.connection.bind("state_change", ({ current }) =>
  tell({ report: "state", state: current, socket_id: client.connection.socket_id }),
);
client.connection.bind("error", (error) => tell({ report: "error", error }));
client.user.bind_global((name, data) => tell({ report: "user", name, data }));

const commands = {
  subscribe({ channel }) {
    client.subscribe(channel).bind_global((name, data) => tell({ report: "event", channel, name, data }));
  },
  subscribe_all({ channels }) {
    channels.forEach((channel) => commands.subscribe({ channel }));
  },
  unsubscribe({ channel }) {
    client.unsubscribe(channel);
  },
  trigger({ channel, name, data }) {
    client.channel(channel).trigger(name, data);
  },
  sign_in() {
    client.signin();
    client.user.signinDonePromise.then(() => tell({ report: "signed_in", user: client.user.user_data }));
  },
};

readline
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const command = JSON.parse(line);
    commands[command.do](command);
  })
  .on("close", () => process.exit(0));
