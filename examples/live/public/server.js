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

function webhookTitle({ body }) {
  const title = JSON.parse(body).events.flatMap(({ name, channel, user_id }) => [
    ", ",
    { code: name },
    ` ${channel}${user_id ? ` (${user_id})` : ""}`,
  ]);
  return ["Webhook: ", ...title.slice(1)];
}

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

export function followServer(log) {
  new EventSource("wire").addEventListener("message", ({ data }) => {
    const entry = JSON.parse(data);
    log.add({ kind: entry.kind, title: TITLES[entry.kind](entry), wire: wireView(entry) });
  });
}
