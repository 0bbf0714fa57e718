import { connect } from "./channels.js";
import { Log } from "./log.js";
import { followServer } from "./server.js";

const $ = (id) => document.getElementById(id);
const log = new Log($("entries"), $("announcer"));

function complain(message) {
  $("problem").textContent = message;
  $("problem").hidden = !message;
}

async function ask(action, token, fields = {}) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  const response = await fetch(`actions/${action}`, { method: "POST", headers, body: JSON.stringify(fields) });
  const reply = await response.json();
  if (!response.ok) throw new Error(reply.error);
  return reply;
}

// Which buttons are possible follows from these facts. The others stay focusable, so that the focus is never lost.
const state = { connected: false, disconnected: false, signedIn: false };

const isDisabled = (button) => button.ariaDisabled === "true";

function showState() {
  const enable = (id, isPossible) => ($(id).ariaDisabled = String(!isPossible));
  const channel = new FormData($("publish")).get("channel");
  enable("from-browser", state.connected && /^(private-(?!encrypted-)|presence-)/.test(channel));
  enable("sign-in", state.connected && !state.signedIn);
  enable("notify", state.signedIn);
  enable("disconnect", state.signedIn);
  enable("reconnect", state.disconnected);
}

function showConnection(name) {
  $("connection").textContent = name;
  $("connection").dataset.state = name;
  state.connected = name === "connected";
  state.disconnected = name === "disconnected";
  if (!state.connected) showUser(null);
  showState();
}

function showUser(name) {
  state.signedIn = name !== null;
  $("user").textContent = name === null ? "Not signed in." : `Signed in as ${name}.`;
  showState();
}

function showMembers(members, me) {
  const items = members.map(({ id, info }) => {
    const item = document.createElement("li");
    item.textContent = info.name + (id === me ? " (you)" : "");
    return item;
  });
  $("members").replaceChildren(...items);
}

function prepareButtons(pusher, token) {
  const act = async (work) => {
    complain("");
    try {
      await work();
    } catch (error) {
      complain(error.message);
    }
  };
  const onClick = (button, work) => button.addEventListener("click", () => isDisabled(button) || act(work));
  const fields = () => Object.fromEntries(new FormData($("publish")));

  onClick($("sign-in"), () => pusher.signin());
  onClick($("notify"), () => ask("notify", token));
  onClick($("disconnect"), () => ask("disconnect", token));
  onClick($("reconnect"), () => pusher.connect());
  onClick($("from-browser"), () => {
    const { channel, event, data } = fields();
    if (!pusher.channel(channel).trigger(`client-${event}`, data)) throw new Error("pusher-js did not send the event.");
  });
  $("publish").addEventListener("submit", (submission) => {
    submission.preventDefault();
    act(() => ask("publish", token, fields()));
  });
  $("publish").addEventListener("change", showState);
}

function prepareLog() {
  $("clear").addEventListener("click", () => log.clear());
  $("filters").addEventListener("change", ({ target }) =>
    $("entries").classList.toggle(`without-${target.value}`, !target.checked),
  );
}

async function start() {
  prepareLog();
  const { token, visitor, ...server } = await ask("visit", "");
  $("name").textContent = visitor.name;
  await followServer(log);
  const pusher = connect({ ...server, token }, log, {
    connection: showConnection,
    user: showUser,
    members: (members) => showMembers(members, visitor.id),
  });
  prepareButtons(pusher, token);
  showState();
}

start().catch((error) => complain(error.message));
