// The list of entries. Texts come from other visitors and from Channels, so they are inserted as text only.

const SIZE = 100;
const KINDS = {
  api: "Server → Channels",
  received: "Channels → Browser",
  sent: "Browser → Channels",
  auth: "Browser → Server",
  webhook: "Channels → Server",
};
// The kinds whose details are open at first.
const OPEN = ["api", "received", "sent", "webhook"];

function element(tag, className, ...children) {
  const created = document.createElement(tag);
  created.className = className;
  created.append(...children);
  return created;
}

// A title is a list of texts, and of names as { code }.
const titleNodes = (title) => title.map((part) => (part.code === undefined ? part : element("code", "", part.code)));
const titleText = (title) => title.map((part) => part.code ?? part).join("");

function wireElement({ start, result, parts }, isOpen) {
  const details = element("details", "wire");
  details.open = isOpen;
  const summary = element("summary", "", element("span", "start", start));
  if (result) summary.append(" ", element("span", "result", result));
  const list = document.createElement("dl");
  for (const [name, text] of parts) {
    list.append(element("dt", "", name), element("dd", "", element("pre", "", text)));
  }
  details.append(summary, list);
  return details;
}

export class Log {
  constructor(list, announcer) {
    this.list = list;
    this.announcer = announcer;
  }

  add({ kind, title, data, wire }) {
    const what = element("div", "what");
    const time = element("time", "", new Date().toLocaleTimeString("en-GB"));
    what.append(element("p", "meta", element("span", "badge", KINDS[kind]), time));
    what.append(element("p", "title", ...titleNodes(title)));
    if (data !== undefined) {
      what.append(element("pre", "data", typeof data === "string" ? data : JSON.stringify(data)));
    }
    this.list.prepend(element("li", kind, what, wireElement(wire, OPEN.includes(kind))));
    while (this.list.children.length > SIZE) this.list.lastElementChild.remove();
    this.announce(titleText(title));
  }

  clear() {
    this.list.replaceChildren();
    this.announcer.replaceChildren();
  }

  // Screen readers read this short text only, and not the details.
  announce(text) {
    this.announcer.append(element("p", "", text));
    while (this.announcer.children.length > 20) this.announcer.firstElementChild.remove();
  }
}
