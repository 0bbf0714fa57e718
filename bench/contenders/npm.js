// npm's `pusher` as a contender: `node npm.js FOLDER URL`. The protocol is that of contender.rb. Threads are concurrent
// requests here. Without an agent the library would open a connection for each event, so it gets one that keeps them.

const crypto = require("crypto")
const readline = require("readline")

const [folder, address] = process.argv.slice(2)
const Pusher = require(`${folder}/node_modules/pusher`)
const url = new URL(address)
const tls = url.protocol === "https:"
const http = require(tls ? "https" : "http")

const WARM_UP = 20
const DATA = { message: "hello", number: 1 }
const MASTER_KEY = Buffer.from("k".repeat(32)).toString("base64")

function client() {
  return new Pusher({
    appId: url.pathname.split("/").pop(), key: url.username, secret: url.password, host: url.hostname, port: url.port,
    useTLS: tls, encryptionMasterKeyBase64: MASTER_KEY,
    agent: new http.Agent({ keepAlive: true }),
  })
}

// Like this gem, it reads the reply.
const read = async (promise) => (await promise).text()

const shared = client()

function webhook(size) {
  const start = '{"time_ms":1,"events":[{"name":"channel_occupied","channel":"channel"}],"more":"'
  const body = `${start}${"x".repeat(Math.max(size - start.length - 2, 0))}"}`
  const signature = crypto.createHmac("sha256", url.password).update(body).digest("hex")
  const headers = { "x-pusher-key": url.username, "x-pusher-signature": signature, "content-type": "application/json" }
  return () => {
    if (!shared.webhook({ headers, rawBody: body }).isValid()) throw new Error("not valid")
  }
}

function session(work) {
  const [kind, number] = work.split("-")
  const data = "x".repeat(kind === "data" ? Number(number) : 0)
  const events = Array.from({ length: kind === "batch" ? Number(number) : 0 },
    () => ({ channel: "channel", name: "event", data: DATA }))
  return {
    event: () => read(shared.trigger("channel", "event", DATA)),
    data: () => read(shared.trigger("channel", "event", data)),
    batch: () => read(shared.triggerBatch(events)),
    encrypted: () => read(shared.trigger("private-encrypted-channel", "event", DATA)),
    first: () => read(client().trigger("channel", "event", DATA)),
    authenticate: () => shared.authorizeChannel("1.1", "presence-channel", { user_id: "1" }),
    authenticate_user: () => shared.authenticateUser("1.1", { id: "1" }),
    webhook: webhook(Number(number)),
  }[kind]
}

async function repeat(work, step, count) {
  if (/^(authenticate|webhook)/.test(work)) {
    for (let done = 0; done < count; done += 1) step()
  } else {
    for (let done = 0; done < count; done += 1) await step()
  }
}

async function measure(work, tasks, requests) {
  const each = Math.ceil(requests / tasks)
  const steps = Array.from({ length: tasks }, () => session(work))
  const run = (count) => Promise.all(steps.map((step) => repeat(work, step, count)))
  await run(Math.min(WARM_UP, each))
  const cpu = process.cpuUsage()
  const wall = process.hrtime.bigint()
  await run(each)
  const seconds = Number(process.hrtime.bigint() - wall) / 1e9
  const { user, system } = process.cpuUsage(cpu)
  return [each * tasks, seconds, (user + system) / 1e6]
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [work, tasks, requests] = line.split(" ")
    console.log((await measure(work, Number(tasks), Number(requests))).join(" "))
  }
}

main()
