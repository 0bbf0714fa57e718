# frozen_string_literal: true

require "spec_helper"
require "pusher/authorization"
require_relative "support/endpoint_requests"

RSpec.describe Pusher::Authorization do
  include EndpointRequests

  let(:client) { Pusher::Client.new(app_id: "1", key: "key", secret: "secret", encryption_master_key_base64: key) }
  let(:key) { ["k" * 32].pack("m0") }

  # An endpoint that authorises everything of the given kinds.
  def permissive(client = self.client, **options)
    described_class.new(client, **options) do
      private_channel("private-*name") { true }
      presence_channel("presence-*name") { { user_id: "1" } }
      encrypted_channel("private-encrypted-*name") { true }
      user { { id: "1" } }
    end
  end

  def ask(app, channel, socket_id = "1.2", **env)
    post_form(app, ["socket_id", socket_id], ["channel_name", channel], **env)
  end

  def authorised(channel, data = nil)
    JSON.parse(JSON.generate(client.authenticate(channel, "1.2", data)))
  end

  describe "a private channel" do
    let(:app) do
      described_class.new(client) { private_channel("private-orders-:id") { |_, id:| id == "7" } }
    end

    it "is authorised if the block of its rule returns something truthy" do
      reply = ask(app, "private-orders-7")
      expect(reply).to have_attributes(status: 200, json: authorised("private-orders-7"))
    end

    it "is refused if the block returns nil or false" do
      expect(ask(app, "private-orders-8")).to have_attributes(status: 403, json: { "error" => "not authorised" })
      nothing = described_class.new(client) { private_channel("private-a") { nil } }
      expect(ask(nothing, "private-a").status).to eq(403)
    end

    it "is refused without a rule, with the same reply" do
      expect(ask(app, "private-invoices-7")).to have_attributes(status: 403, json: { "error" => "not authorised" })
      expect(ask(described_class.new(client), "private-orders-7").status).to eq(403)
    end

    it "has no channel data, whatever the block returns" do
      app = described_class.new(client) { private_channel("private-a") { { user_id: "1" } } }
      expect(ask(app, "private-a").json).to eq(authorised("private-a"))
    end
  end

  describe "a presence channel" do
    def app(data)
      described_class.new(client) { presence_channel("presence-a") { data } }
    end

    it "is authorised with the data that the block returns" do
      data = { user_id: "1", user_info: { name: "Änn" } }
      expect(ask(app(data), "presence-a")).to have_attributes(status: 200, json: authorised("presence-a", data))
    end

    it "accepts String keys" do
      expect(ask(app("user_id" => "1"), "presence-a").json).to eq(authorised("presence-a", { user_id: "1" }))
    end

    it "gets an Integer id as a String" do
      expect(ask(app(user_id: 1), "presence-a").json).to eq(authorised("presence-a", { user_id: "1" }))
      expect(ask(app("user_id" => 1), "presence-a").json).to eq(authorised("presence-a", { user_id: "1" }))
    end

    it "is refused if the block returns nil or false" do
      expect([nil, false].map { |data| ask(app(data), "presence-a").status }).to eq([403, 403])
    end

    [true, "1", {}, { user_id: nil }, { user_id: "" }, { id: "1" }].each do |data|
      it "raises an error if the block returns #{data.inspect}" do
        expect { ask(app(data), "presence-a") }.to raise_error(Pusher::Error, /not a Hash with a user_id/)
      end
    end
  end

  describe "an encrypted channel" do
    let(:app) { described_class.new(client) { encrypted_channel("private-encrypted-:id") { |_, id:| id == "7" } } }

    it "is authorised with its shared secret" do
      reply = ask(app, "private-encrypted-7")
      expect(reply.json).to eq(authorised("private-encrypted-7"))
      expect(reply.json).to include("shared_secret")
    end

    it "is refused if the block returns false" do
      expect(ask(app, "private-encrypted-8").status).to eq(403)
    end

    it "raises an error if the client has no master key" do
      client.encryption_master_key_base64 = nil
      expect { ask(app, "private-encrypted-7") }.to raise_error(Pusher::ConfigurationError, /master_key/)
    end
  end

  describe "the sign-in of a user" do
    def app(data)
      described_class.new(client) { user { data } }
    end

    def sign_in(app) = post_form(app, ["socket_id", "1.2"])

    it "is answered with the data that the block returns" do
      expected = client.authenticate_user("1.2", { id: "1", name: "Ann" })
      reply = sign_in(app({ id: "1", name: "Ann" }))
      expect(reply).to have_attributes(status: 200, json: expected.transform_keys(&:to_s))
    end

    it "gets an Integer id as a String" do
      expect(JSON.parse(sign_in(app({ id: 1 })).json["user_data"])).to eq("id" => "1")
    end

    it "is refused if the block returns nil or false" do
      expect([nil, false].map { |data| sign_in(app(data)).status }).to eq([403, 403])
    end

    it "raises an error for data without an id" do
      expect { sign_in(app({ name: "Ann" })) }.to raise_error(Pusher::Error, /Invalid user data/)
      expect { sign_in(app(true)) }.to raise_error(Pusher::Error, /Invalid user data/)
    end

    it "is not possible without a rule" do
      app = described_class.new(client) { private_channel("private-a") { true } }
      expect(sign_in(app)).to have_attributes(status: 400, error: "channel_name is missing")
    end

    it "is not what a request with a channel name gets" do
      calls = []
      app = described_class.new(client) { user { calls << :user } }
      expect(ask(app, "private-a").status).to eq(403)
      expect(ask(app, "").status).to eq(400)
      expect(post_json(app, { socket_id: "1.2", channel_name: nil }).status).to eq(400)
      expect(calls).to be_empty
    end
  end

  describe "rules" do
    it "are tried in their order, and the first that matches decides" do
      app = described_class.new(client) do
        private_channel("private-a") { false }
        private_channel("private-*rest") { true }
        private_channel("private-b") { raise "not reached" }
      end
      expect(%w[private-a private-b].map { |channel| ask(app, channel).status }).to eq([403, 200])
    end

    it "of one kind decide on no channel of another kind" do
      all = /.*/
      kinds = { "private-a" => :private_channel, "presence-a" => :presence_channel,
                "private-encrypted-a" => :encrypted_channel }
      kinds.each do |own, kind|
        app = described_class.new(client) { public_send(kind, all) { { user_id: "1" } } }
        statuses = kinds.keys.to_h { |channel| [channel, ask(app, channel).status] }
        expect(statuses).to eq(kinds.keys.to_h { |channel| [channel, channel == own ? 200 : 403] })
      end
    end

    it "never decide on a public channel" do
      app = described_class.new(client) do
        %i[private_channel presence_channel encrypted_channel].each { |kind| public_send(kind, /.*/) { true } }
      end
      expect(["news", "cache-a", "Private-a", "private", "xprivate-a", "-private-a"].map do |name|
               ask(app, name).status
             end)
        .to all(eq(403))
    end

    it "decide on cache channels of their kind" do
      names = %w[private-cache-a presence-cache-a private-encrypted-cache-a]
      expect(names.map { |name| ask(permissive, name).status }).to all(eq(200))
    end

    {
      private_channel: ["presence-:id", "private-encrypted-:id", "orders-:id", ":id", "private", ""],
      presence_channel: ["private-:id", "rooms", "presence"],
      encrypted_channel: ["private-:id", "encrypted-:id", "presence-a", "private-encrypted"]
    }.each do |kind, patterns|
      patterns.each do |pattern|
        it "with #{kind} #{pattern.inspect} raise an error" do
          expect { described_class.new(client).public_send(kind, pattern) { true } }
            .to raise_error(ArgumentError, /starts with .*unlike #{Regexp.escape(pattern.inspect)}/)
        end
      end
    end

    it "without a block raise an error" do
      endpoint = described_class.new(client)
      expect { endpoint.private_channel("private-a") }.to raise_error(ArgumentError, /needs a block/)
      expect { endpoint.user }.to raise_error(ArgumentError, /needs a block/)
    end

    it "for users raise an error if there is one already" do
      expect { described_class.new(client) { 2.times { user { nil } } } }.to raise_error(ArgumentError, /already/)
    end

    it "can be defined on the endpoint that a block with a parameter gets, or that is returned" do
      outer = self
      app = described_class.new(client) { |rules| rules.private_channel("private-a") { equal?(outer) } }
      app.private_channel("private-b") { true }
      expect(%w[private-a private-b].map { |channel| ask(app, channel).status }).to eq([200, 200])
    end
  end

  describe "a pattern" do
    # The parameters with which the block is called; nil if the rule does not match.
    def match(pattern, channel)
      seen = nil
      app = described_class.new(client) { private_channel(pattern) { |_, **given| seen = given } }
      ask(app, channel)
      seen&.except(:channel, :socket_id)
    end

    {
      %w[private-a private-a] => {},
      %w[private-a private-ab] => nil,
      %w[private-a private-xa] => nil,
      %w[private-a private-x-private-a] => nil,
      ["private-a.b", "private-axb"] => nil,
      ["private-:id", "private-1"] => { id: "1" },
      ["private-:id", "private-a_B=@,.;9"] => { id: "a_B=@,.;9" },
      ["private-:id", "private-1-2"] => nil,
      ["private-:id", "private-"] => nil,
      ["private-:id-x", "private-1-x"] => { id: "1" },
      ["private-:id-x", "private-1-x-x"] => nil,
      ["private-:team-:id", "private-red-7"] => { team: "red", id: "7" },
      ["private-user:id", "private-user7"] => { id: "7" },
      ["private-*id", "private-5e-0f-9"] => { id: "5e-0f-9" },
      ["private-*id", "private-"] => nil,
      ["private-*id-edits", "private-5e-0f-edits"] => { id: "5e-0f" },
      ["private-*path-:id", "private-a-b-c"] => { path: "a-b", id: "c" },
      [:"private-a", "private-a"] => {},
      [/private-(?<id>\d+)/, "private-12"] => { id: "12" },
      [/private-(?<id>\d+)/, "private-12x"] => nil,
      [/private-(?<id>a|ab)/, "private-ab"] => { id: "ab" },
      [/private-a|private-b/, "private-b"] => {},
      [/private-a|private-b/, "private-bc"] => nil,
      [/private-a|private-b/, "private-ac"] => nil,
      [/private-a|private-b/, "private-x-private-b"] => nil,
      [/private-a/, "private-x-private-a"] => nil,
      [/^private-a$/, "private-a"] => {},
      [/PRIVATE-A/i, "private-a"] => {},
      [/private-(?<id>\d+) # a comment/x, "private-12"] => { id: "12" },
      [/private-(?<id>\d+) # a comment/x, "private-12x"] => nil
    }.each do |(pattern, channel), parameters|
      it "#{pattern.inspect} #{parameters ? "matches" : "does not match"} #{channel}" do
        expect(match(pattern, channel)).to eq(parameters)
      end
    end

    {
      "private-:a:b" => /hyphen/, "private-:a.b" => /hyphen/, "private-:a.:b" => /hyphen/,
      "private-*a*b" => /more than/, "private-*a-*b" => /more than/, "private-:a-:a" => /same name/,
      "private-:A" => /characters/, "private- a" => /characters/, "private-ä" => /characters/,
      "private-a\n" => /characters/, "private-:" => /characters/, "private-*" => /characters/,
      nil => /String or a Regexp/, 7 => /String or a Regexp/,
      "private-:channel" => /another name/, "private-:socket_id" => /another name/, /(?<channel>.*)/ => /another name/
    }.each do |pattern, message|
      it "#{pattern.inspect} is refused" do
        expect { described_class.new(client).private_channel(pattern) { true } }.to raise_error(ArgumentError, message)
      end
    end
  end

  describe "a block" do
    it "gets the request, and the keywords that it takes" do
      seen = []
      app = described_class.new(client) do
        private_channel("private-:a-:b") do |request, b:, channel:, socket_id:|
          seen << [request.class, request.params["extra"], b, channel, socket_id]
        end
        private_channel("private-:a") { |*arguments| seen << arguments.size }
      end
      post_form(app, %w[socket_id 1.2], %w[channel_name private-x-y], %w[extra 5])
      ask(app, "private-x")
      expect(seen).to eq([[Rack::Request, "5", "y", "private-x-y", "1.2"], 1])
    end

    it "can be a method" do
      def self.allowed?(_request, id:) = id == "7"
      rule = method(:allowed?)
      app = described_class.new(client) { private_channel("private-:id", &rule) }
      expect(%w[private-7 private-8].map { |channel| ask(app, channel).status }).to eq([200, 403])
    end

    it "lets its exception pass through" do
      app = described_class.new(client) do
        private_channel("private-a") { raise IOError, "no database" }
        user { raise IOError, "no database" }
      end
      expect { ask(app, "private-a") }.to raise_error(IOError, "no database")
      expect { post_form(app, %w[socket_id 1.2]) }.to raise_error(IOError, "no database")
      expect { post_form(app, %w[socket_id 1.2], %w[channel_name[] private-a]) }.to raise_error(IOError)
    end

    it "gets a request of the class that the application chooses" do
      type = Struct.new(:env)
      seen = nil
      app = described_class.new(client, request_class: type) do
        private_channel("private-a") do |request|
          seen = request
        end
      end
      ask(app, "private-a")
      expect(seen).to be_a(type)
    end
  end

  describe "the body" do
    it "can be JSON" do
      reply = post_json(permissive, { socket_id: "1.2", channel_name: "private-a", other: [1] })
      expect(reply).to have_attributes(status: 200, json: authorised("private-a"))
      expect(post_json(permissive, { socket_id: "1.2" }).json).to include("user_data")
    end

    it "may have a charset in its type, or no type" do
      types = ["application/x-www-form-urlencoded; charset=UTF-8", "Application/X-WWW-Form-Urlencoded", ""]
      expect(types.map { |type| ask(permissive, "private-a", type:).status }).to all(eq(200))
      env = env_for("socket_id=1.2&channel_name=private-a").reject { |name,| name == "CONTENT_TYPE" }
      expect(permissive.call(env).first).to eq(200)
    end

    it "can be read again by the block" do
      body = "socket_id=1.2&channel_name=private-a&extra=5"
      reader, writer = IO.pipe
      writer << body
      writer.close
      [StringIO.new(body), streamed(body), reader].each do |input|
        seen = nil
        app = described_class.new(client) { private_channel("private-a") { |request| seen = request.params["extra"] } }
        expect(app.call(env_for("").merge("rack.input" => input,
                                          "CONTENT_LENGTH" => body.bytesize.to_s)).first).to eq(200)
        expect(seen).to eq("5")
      end
    end

    it "may have been read before" do
      env = env_for("socket_id=1.2&channel_name=private-a")
      env["rack.input"].read
      expect(permissive.call(env).first).to eq(200)
    end

    it "may have been parsed by Rack, from an input that cannot be read again" do
      body = "socket_id=1.2&channel_name=private-a"
      input = streamed(body)
      env = env_for("").merge("rack.input" => input, "CONTENT_LENGTH" => body.bytesize.to_s)
      env["rack.request.form_vars"] = body
      input.read
      expect(permissive.call(env.dup).first).to eq(200)
      env["rack.request.form_input"] = input
      expect(permissive.call(env.dup).first).to eq(200)
      env["rack.request.form_input"] = Object.new
      expect(permissive.call(env).first).to eq(400)
    end

    it "may have been kept by Rails" do
      env = env_for("").merge("RAW_POST_DATA" => "socket_id=1.2&channel_name=private-a")
      expect(permissive.call(env).first).to eq(200)
    end

    it "that was read before, and cannot be read again, is refused" do
      input = streamed("")
      env = env_for("").merge("rack.input" => input, "CONTENT_LENGTH" => "9")
      status, _, body = permissive.call(env)
      expect([status, body.join]).to match([400, /was read before/])
    end

    it "may be missing" do
      env = env_for("").reject { |name,| name == "rack.input" }
      status, _, body = permissive.call(env)
      expect([status, body.join]).to match([400, /socket_id is missing/])
    end

    it "is read in parts if the input returns parts" do
      parts = ["socket_id=1.2&chan", "nel_name=private-a"]
      input = Struct.new(:parts) { def read(*) = parts.shift }.new(parts)
      _, _, body = permissive.call(env_for("").merge("rack.input" => input))
      expect(JSON.parse(body.join)).to eq(authorised("private-a"))
    end

    it "is refused if it has another type" do
      ["multipart/form-data; boundary=x", "text/plain", "application/jsonp", "application/json+x"].each do |type|
        expect(ask(permissive, "private-a", type:)).to have_attributes(status: 415, error: %r{application/json})
      end
    end

    it "is refused if it is larger than 64 KiB, however its size is given" do
      body = "socket_id=1.2&channel_name=private-a&x=#{"x" * 65_536}"
      expect(serve(permissive, env_for(body))).to have_attributes(status: 413, error: /65536 bytes/)
      unknown = env_for(body).reject { |name,| name == "CONTENT_LENGTH" }
      expect(permissive.call(unknown).first).to eq(413)
      expect(permissive.call(env_for("").merge("RAW_POST_DATA" => body)).first).to eq(413)
    end

    it "is not read if its length is too large" do
      input = Object.new
      expect(permissive.call(env_for("").merge("rack.input" => input, "CONTENT_LENGTH" => "65537")).first).to eq(413)
    end
  end

  describe "a malformed request" do
    def refusal(*pairs)
      post_form(permissive, *pairs).then { |reply| [reply.status, reply.json["error"]] }
    end

    {
      [] => /socket_id is missing/,
      [%w[channel_name private-a]] => /socket_id is missing/,
      [["socket_id", ""], %w[channel_name private-a]] => /socket_id is missing/,
      [%w[socket_id 1], %w[channel_name private-a]] => /socket_id is invalid/,
      [%w[socket_id 1.2.3], %w[channel_name private-a]] => /socket_id is invalid/,
      [["socket_id", "1.2\n"], %w[channel_name private-a]] => /socket_id is invalid/,
      [["socket_id", " 1.2"], %w[channel_name private-a]] => /socket_id is invalid/,
      [["socket_id", "１.２"], %w[channel_name private-a]] => /socket_id is invalid/,
      [["socket_id", "1.2:private-b"], %w[channel_name private-a]] => /socket_id is invalid/,
      [["socket_id", "1.#{"2" * 99}"], %w[channel_name private-a]] => /socket_id is invalid/,
      [%w[socket_id[] 1.2], %w[channel_name private-a]] => /socket_id is not a String/,
      [%w[socket_id[a] 1.2], %w[channel_name private-a]] => /socket_id must not be nested/,
      [%w[socket_id 1.2], %w[socket_id 1.3], %w[channel_name private-a]] => /socket_id is given more than once/,
      [%w[socket_id 1.2], %w[socket_id[] 1.3]] => /socket_id is given more than once/,
      [["socket_id", "1.2"], ["channel_name", ""]] => /channel_name is missing/,
      [["socket_id", "1.2"], ["channel_name[]", ""]] => /channel_name is missing/,
      [%w[socket_id 1.2], %W[channel_name private-a\n]] => /channel_name is invalid/,
      [%w[socket_id 1.2], %W[channel_name private-a\nprivate-b]] => /channel_name is invalid/,
      [%w[socket_id 1.2], ["channel_name", "private-a b"]] => /channel_name is invalid/,
      [%w[socket_id 1.2], ["channel_name", "private-a\0"]] => /channel_name is invalid/,
      [%w[socket_id 1.2], ["channel_name", ":user:{}"]] => /channel_name is invalid/,
      [%w[socket_id 1.2], ["channel_name", "private-a:{}"]] => /channel_name is invalid/,
      [%w[socket_id 1.2], %w[channel_name private-１]] => /channel_name is invalid/,
      [%w[socket_id 1.2], ["channel_name", "private-#{"a" * 193}"]] => /channel_name is invalid/,
      [%w[socket_id 1.2], ["channel_name", "private-\xFF"]] => /channel_name is not valid UTF-8/,
      [["socket_id", "1.\xFF"], %w[channel_name private-a]] => /socket_id is not valid UTF-8/,
      [%w[socket_id 1.2], %w[channel_name private-a], %w[channel_name private-b]] => /channel_name is given more/,
      [%w[socket_id 1.2], %w[channel_name private-a], %w[channel_name[] private-b]] => /channel_name is given more/,
      [%w[socket_id 1.2], %w[channel_name[] private-a], %w[channel_name private-b]] => /channel_name is given more/,
      [%w[socket_id 1.2], %w[channel_name[0] private-a], %w[channel_name[0] private-b]] => /channel_name is given more/,
      [%w[socket_id 1.2], %w[channel_name[a] private-a]] => /channel_name must not be nested/,
      [%w[socket_id 1.2], %w[channel_name[][] private-a]] => /channel_name must not be nested/,
      [%w[socket_id 1.2], %w[channel_name[0][b] private-a]] => /channel_name must not be nested/,
      [%w[socket_id 1.2], ["channel_name[", "private-a"]] => /channel_name must not be nested/,
      [%w[socket_id 1.2], %w[channel_name[１] private-a]] => /channel_name must not be nested/
    }.each do |pairs, message|
      it "is refused with status 400: #{pairs.inspect[0, 100]}" do
        expect(refusal(*pairs)).to match([400, message])
      end
    end

    it "is refused if its percent-encoding is invalid" do
      reply = serve(permissive, env_for("socket_id=1.2&channel_name=private-%zz"))
      expect(reply).to have_attributes(status: 400, error: /percent-encoding/)
    end

    it "is read with ampersands as the only separators" do
      reply = serve(permissive, env_for("socket_id=1.2;channel_name=private-a"))
      expect(reply).to have_attributes(status: 400, error: /socket_id is invalid/)
    end

    [
      "", "nul", "[]", "null", "7", "\"x\"", "{", "{} {}", "{\"socket_id\":\"\xFF\"}", "#{"[" * 200}#{"]" * 200}"
    ].each do |body|
      it "is refused if its JSON is #{body.dump[0, 40]}" do
        reply = serve(permissive, env_for(body, type: "application/json"))
        expect(reply).to have_attributes(status: 400, error: /not a JSON object/)
      end
    end

    [
      [{}, /socket_id is missing/], [{ socket_id: 1.2 }, /socket_id is not a String/],
      [{ socket_id: ["1.2"] }, /socket_id is not a String/],
      [{ socket_id: { "1" => "2" } }, /socket_id is not a String/],
      [{ socket_id: "1.2", channel_name: 7 }, /channel_name is not a String/],
      [{ socket_id: "1.2", channel_name: {} }, /channel_name is not a String/],
      [{ socket_id: "1.2", channel_name: { a: "private-a" } }, /channel_name is not a String/],
      [{ socket_id: "1.2", channel_name: [] }, /channel_name is missing/],
      [{ socket_id: "1.2", channel_name: [["private-a"]] }, /channel_name is not a String/],
      [{ socket_id: "1.2", channel_name: [nil] }, /channel_name is missing/],
      [{ socket_id: "1.2", channel_name: "private-a\n" }, /channel_name is invalid/],
      [{ socket_id: "1.2", channel_name: true }, /channel_name is not a String/]
    ].each do |object, message|
      it "is refused if its JSON is #{object}" do
        expect(post_json(permissive, object)).to have_attributes(status: 400, error: message)
      end
    end

    it "takes no parameter from the query" do
      query = "socket_id=1.2&channel_name=private-a"
      expect(serve(permissive, env_for("", path: "/?#{query}")).error).to eq("socket_id is missing")
      expect(post_json(permissive, { socket_id: "1.2", channel_name: "private-b" }, path: "/?#{query}").json)
        .to eq(authorised("private-b"))
    end

    it "is not quoted in the reply" do
      [["socket_id", "<b>"], ["channel_name", "<b>"]].each do |pair|
        reply = post_form(permissive, %w[socket_id 1.2].then { |socket| pair[0] == "socket_id" ? pair : socket }, pair)
        expect(reply.body).not_to include("<b>")
      end
    end
  end

  describe "several channels" do
    let(:app) do
      described_class.new(client) do
        private_channel("private-:id") { |_, id:| id != "8" }
        presence_channel("presence-:id") { { user_id: "1" } }
      end
    end
    let(:results) do
      { "private-7" => { "status" => 200, "data" => authorised("private-7") },
        "private-8" => { "status" => 403, "error" => "not authorised" },
        "presence-a" => { "status" => 200, "data" => authorised("presence-a", { user_id: "1" }) } }
    end

    it "are answered one by one" do
      names = %w[private-7 private-8 presence-a]
      socket = %w[socket_id 1.2]
      expect(post_form(app, socket, *names.map { |name| ["channel_name[]", name] }))
        .to have_attributes(status: 200, json: results)
      expect(post_form(app, socket, *names.each_with_index.map { |name, index| ["channel_name[#{index}]", name] }).json)
        .to eq(results)
      expect(post_json(app, { socket_id: "1.2", channel_name: names }).json).to eq(results)
    end

    it "may be one channel" do
      expect(post_form(app, %w[socket_id 1.2], %w[channel_name[] private-7]).json).to eq(results.slice("private-7"))
    end

    it "may all be refused" do
      reply = post_form(app, %w[socket_id 1.2], %w[channel_name[] private-8])
      expect(reply).to have_attributes(status: 200, json: results.slice("private-8"))
    end

    it "are decided once for each name" do
      calls = 0
      app = described_class.new(client) { private_channel("private-a") { calls += 1 } }
      post_form(app, %w[socket_id 1.2], *([["channel_name[]", "private-a"]] * 3))
      expect(calls).to eq(1)
    end

    it "are refused together if a name is invalid" do
      reply = post_form(app, %w[socket_id 1.2], %w[channel_name[] private-7], ["channel_name[]", "private 7"])
      expect(reply).to have_attributes(status: 400, error: "channel_name is invalid")
    end

    it "are at most 100, or as many as max_channels says" do
      names = Array.new(101) { |number| ["channel_name[]", "private-#{number}"] }
      post = ->(app, count) { post_form(app, %w[socket_id 1.2], *names.first(count)).status }
      expect([post[permissive, 100], post[permissive, 101]]).to eq([200, 400])
      small = permissive(max_channels: 2)
      expect([post[small, 2], post[small, 3]]).to eq([200, 400])
    end
  end

  describe "the reply" do
    it "is JSON that nobody stores" do
      replies = [ask(permissive, "private-a"), ask(permissive, "news"), ask(permissive, "")]
      replies.each do |reply|
        headers = reply.headers.transform_keys(&:downcase)
        expect(headers).to eq("content-type" => "application/json", "cache-control" => "no-store",
                              "content-length" => reply.body.bytesize.to_s, "x-content-type-options" => "nosniff")
      end
    end

    it "has lowercase header names, and headers that a middleware can change" do
      first, second = Array.new(2) { permissive.call(env_for("socket_id=1.2"))[1] }
      expect(first.keys).to all(match(/\A[a-z-]+\z/))
      first["x-more"] = "1"
      expect(second).not_to include("x-more")
    end

    it "has status 405 for other methods" do
      %w[GET PUT DELETE PATCH OPTIONS].each do |method|
        reply = ask(permissive, "private-a", method:)
        expect(reply).to have_attributes(status: 405, error: "only POST is accepted",
                                         headers: include("allow" => "POST"))
      end
      expect(ask(permissive, "private-a", method: "HEAD")).to have_attributes(status: 405, body: "")
    end
  end

  describe "the client" do
    it "is the module by default" do
      Pusher.key = "module-key"
      Pusher.secret = "s"
      app = described_class.new { private_channel("private-a") { true } }
      expect(ask(app, "private-a").json["auth"]).to start_with("module-key:")
    end

    it "can be chosen for each request" do
      clients = { "old" => Pusher::Client.new(key: "old", secret: "1"),
                  "new" => Pusher::Client.new(key: "new", secret: "2") }
      app = permissive(->(request) { clients[request.params["key"]] })
      replies = %w[old new].map do |key|
        post_form(app, %w[socket_id 1.2], %w[channel_name private-a], ["key", key]).json["auth"][/\A[^:]+/]
      end
      expect(replies).to eq(%w[old new])
      unknown = post_form(app, %w[socket_id 1.2], %w[channel_name private-a], %w[key x])
      expect(unknown).to have_attributes(status: 403, error: "not authorised")
    end

    it "without credentials raises an error" do
      expect { ask(permissive(Pusher::Client.new), "private-a") }.to raise_error(Pusher::ConfigurationError, /key/)
    end

    it "is not shown by inspect" do
      expect(permissive.inspect).to eq("#<Pusher::Authorization>")
      reply = permissive.call_for(Rack::Request.new(env_for("socket_id=1.2&channel_name=private-a")))
      expect(reply.inspect).not_to include("auth")
    end
  end

  describe "in a controller" do
    def request(body = "socket_id=1.2&channel_name=private-7")
      Rack::Request.new(env_for(body))
    end

    it "returns the status, the headers and the body" do
      reply = permissive.call_for(request)
      expect(reply).to have_attributes(status: 200, headers: include("content-type" => "application/json"))
      expect(JSON.parse(reply.body)).to eq(authorised("private-7"))
      expect(reply.to_rack).to eq([reply.status, reply.headers, [reply.body]])
    end

    it "passes its keywords to the blocks that take them" do
      app = described_class.new(client) do
        private_channel("private-:id") { |_, current_user:, id:| current_user == "ann" && id == "7" }
        user { |_, current_user: nil| current_user && { id: current_user } }
      end
      expect(%w[ann eve].map { |name| app.call_for(request, current_user: name).status }).to eq([200, 403])
      expect(app.call_for(request("socket_id=1.2"), current_user: "ann").status).to eq(200)
      expect(app.call_for(request("socket_id=1.2")).status).to eq(403)
      expect { app.call_for(request) }.to raise_error(ArgumentError, /current_user/)
    end

    it "lets no part of a channel name replace a keyword" do
      app = described_class.new(client) { private_channel("private-:current_user") { true } }
      expect { app.call_for(request, current_user: "ann") }.to raise_error(ArgumentError, /current_user/)
    end

    it "signs the socket id of the request, whatever the keywords are" do
      reply = permissive.call_for(request, socket_id: "3.4", channel: "private-8")
      expect(JSON.parse(reply.body)).to eq(authorised("private-7"))
    end
  end

  it "logs at the level debug that a channel has no rule" do
    logger = instance_double(Logger, debug: nil)
    Pusher.logger = logger
    ask(permissive, "news")
    expect(logger).to have_received(:debug).with(/No rule .* news/)
  end

  it "has the documented methods and no others" do
    expect(described_class.public_instance_methods - Object.public_instance_methods).to match_array(
      %i[private_channel presence_channel encrypted_channel user call call_for]
    )
  end
end
