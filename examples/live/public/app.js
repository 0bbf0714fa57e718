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

// Buttons whose actions are not possible are disabled. Their state follows from these facts.
const state = { connected: false, disconnected: false, signedIn: false };

function showState() {
  const channel = new FormData($("publish")).get("channel");
  $("from-browser").disabled = !state.connected || !/^(private-(?!encrypted-)|presence-)/.test(channel);
  $("sign-in").disabled = state.signedIn || !state.connected;
  $("notify").disabled = $("disconnect").disabled = !state.signedIn;
  // A button with the focus must not disappear.
  const replaced = document.activeElement === $("disconnect") && state.disconnected;
  $("reconnect").hidden = !state.disconnected;
  if (replaced) $("reconnect").focus();
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
  const act = (button, work) =>
    button.addEventListener("click", async () => {
      complain("");
      try {
        await work();
      } catch (error) {
        complain(error.message);
      }
    });

  act($("sign-in"), () => pusher.signin());
  act($("notify"), () => ask("notify", token));
  act($("disconnect"), () => ask("disconnect", token));
  act($("reconnect"), () => {
    pusher.connect();
    $("sign-in").focus();
  });
  act($("from-browser"), () => {
    const { channel, event, data } = Object.fromEntries(new FormData($("publish")));
    if (!pusher.channel(channel).trigger(`client-${event}`, data)) throw new Error("pusher-js did not send the event.");
  });

  $("publish").addEventListener("submit", async (submission) => {
    submission.preventDefault();
    complain("");
    try {
      await ask("publish", token, Object.fromEntries(new FormData($("publish"))));
    } catch (error) {
      complain(error.message);
    }
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
  followServer(log);
  const pusher = connect({ ...server, token }, log, {
    connection: showConnection,
    user: showUser,
    members: (members) => showMembers(members, visitor.id),
  });
  prepareButtons(pusher, token);
  showState();
}

start().catch((error) => complain(error.message));
