// The side of the server: the requests that it has sent or received, which it reports as server-sent events.

const lines = (fields) => Object.entries(fields).map(([name, value]) => `${name}: ${value}`).join("\n");

const apiTitle = ({ path, channels, events }) => {
  if (channels.length > 0) return ["Published ", { code: events.join(", ") }, " on ", { code: channels.join(", ") }];
  return ["Asked Channels for ", { code: path.replace(/^\/apps\/[^/]+/, "") }];
};

function authTitle({ body, status }) {
  const channel = new URLSearchParams(body).get("channel_name");
  const verb = status === 200 ? "Authorised" : "Refused";
  return channel ? [`${verb} a subscription to `, { code: channel }] : [`${verb} a sign-in`];
}

const webhookTitle = ({ body }) => {
  const count = JSON.parse(body).events.length;
  return [`Received a webhook with ${count} event${count === 1 ? "" : "s"}`];
};

const webhookEvents = ({ body }) =>
  JSON.parse(body)
    .events.map(({ name, channel, user_id }) => [name, channel, user_id].filter(Boolean).join(" "))
    .join("\n");

const TITLES = { api: apiTitle, auth: authTitle, webhook: webhookTitle };

function wireView({ method, path, status, milliseconds, headers, params, signed, body, reply }) {
  const parts = [
    ["Header fields", lines(headers)],
    ["Signed parameters", params && lines(params)],
    ["Text that is signed", signed],
    ["Body", body],
    ["Reply", reply],
  ];
  const time = milliseconds === undefined ? "" : `, ${milliseconds} ms`;
  return { start: `${method} ${path}`, result: `${status}${time}`, parts: parts.filter(([, text]) => text) };
}

// Resolves when the stream is open. After an interruption the browser connects again and gets what it has missed.
export function followServer(log) {
  const stream = new EventSource("wire");
  stream.addEventListener("message", ({ data }) => {
    const entry = JSON.parse(data);
    const content = entry.kind === "webhook" ? webhookEvents(entry) : undefined;
    log.add({ kind: entry.kind, title: TITLES[entry.kind](entry), data: content, wire: wireView(entry) });
  });
  return new Promise((resolve) => stream.addEventListener("open", resolve, { once: true }));
}
