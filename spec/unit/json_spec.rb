# frozen_string_literal: true

require "spec_helper"
require "json"
require_relative "support/http_stub"
require_relative "support/random_bodies"

seed = Integer(ENV.fetch("BODY_SEED") { Random.rand(1_000_000) })

RSpec.describe "JSON" do
  include HttpStub

  # As webhooks are read. Ruby's own JSON is the reference.
  describe "reading" do
    def read(body) = Pusher::WebHook.new({ body: }).data

    def refuse(message = nil, &block) = raise_error(JsonEngine.parse_error, message, &block)

    it "returns what Ruby's JSON returns, for random values (BODY_SEED=#{seed})" do
      random = RandomBodies.new(seed)
      500.times do |number|
        params = random.params
        [JSON.generate(params), JSON.pretty_generate(params)].each do |text|
          expect(read(text)).to eq(JSON.parse(text)), "body #{number}: #{text}"
        end
      end
    end

    [
      "null", "true", "false", "\"\"", "[]", "{}", " [ ] ", "\t{\r\n}\n", "0", "-0", "-1", "1.5", "-0.0", "1e3", "1E+3",
      "2.5e-3", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
      "123456789012345678901234567890", "9007199254740993", "9007199254740993.0", "1e22", "5e-324",
      "1.7976931348623157e308", "0.1", "123456789.123456789", "[[[[]]],{}]", '{"":{"":[]}}', '"\"\\\\\/\b\f\n\r\t"',
      '"\u00e9\ud83d\ude00\u0000"', "\"é\u2028😀\"", "[1 , 2]", '{ "a" : [ 1 ] }'
    ].each do |text|
      it "returns what Ruby's JSON returns for #{text}" do
        expect([read(text), read(text).class]).to eq([JSON.parse(text), JSON.parse(text).class])
        expect(read(text).inspect).to eq(JSON.parse(text).inspect)
      end
    end

    it "returns the last of several values for a key" do
      expect(read('{"a":1,"b":2,"a":3}')).to eq({ "a" => 3, "b" => 2 })
    end

    it "returns infinity for a number that is too large for a Float" do
      expect(read("[1e400,-1e400,1e-400]")).to eq([Float::INFINITY, -Float::INFINITY, 0.0])
    end

    it "returns UTF-8 for a body in any encoding" do
      %w[UTF-8 BINARY US-ASCII ISO-8859-1].each do |encoding|
        expect(read('{"é":"ü"}'.dup.force_encoding(encoding))).to eq({ "é" => "ü" })
      end
    end

    [
      "", " ", "\n\t", "nul", "nulll", "truE", "NaN", "Infinity", "-Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e",
      "1e+", "0x1", "1 2", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,",
      "{\"a\":1,}", "{\"a\" 1}",
      "{,}", "{1:2}", "{a:1}", "{\"a\":1 \"b\":2}", "[}", "{]", "\"", "\"a", "\"\\", "\"\\\"", "\"\\x\"", "\"\\u12\"",
      "\"\\u12g4\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\é\"", "\"a\tb\"", "\"a\nb\"", "\"a\0b\"",
      "'a'", "/* */1", "1//", "\u00A01", "\uFEFF{}", "\xFF", "\"\xFF\"", "\"\xED\xA0\x80\"", "\"\xC0\x80\"", "{}\0",
      "#{"[" * 101}#{"]" * 101}", "[" * 100_000, "{\"a\":" * 100_000
    ].each do |text|
      it "refuses #{text.dump[0, 50]}" do
        expect { read(text) }.to refuse
      end
    end

    it "reads 100 levels, as Ruby's JSON does" do
      text = "#{"[" * 99}{}#{"]" * 99}"
      expect(read(text)).to eq(JSON.parse(text))
    end

    it "raises an error that names the reason, the line and the column" do
      { "" => "unexpected end at line 1 column 1", "{\n \"é\": x}" => "unexpected character at line 2 column 7",
        "[\"é\", \"\\x\"]" => "invalid escape in a string at line 1 column 7",
        "[\n\n\"\xFF\"]" => "invalid UTF-8 at line 3 column 2",
        "\"a\tb\"" => "control character in a string at line 1 column 3",
        "[" * 101 => "nested too deeply at line 1 column 101" }.each do |text, message|
        expect { read(text) }.to refuse(message)
      end
    end

    it "raises an error that contains the text" do
      expect { read("{no") }.to(refuse { |error| expect(error.data).to eq("{no") })
    end

    it "works while garbage is collected at every allocation", :slow do
      values = Array.new(3) { |number| { "key#{number}" => ["text", number, { "a" => "\n" }] } }
      hook = Pusher::WebHook.new({ body: JSON.generate(values) })
      GC.stress = true
      result = hook.data
      GC.stress = false
      expect(result).to eq(values)
    ensure
      GC.stress = false
    end
  end

  # By the application's engine.
  describe "writing" do
    let(:client) { build_client }
    let!(:calls) { stub_http(client) }

    describe "a binary String" do
      let(:text) { "é".b }

      it "is written as UTF-8 in a body, without the engine" do
        expect(json_engine).not_to receive_generate
        client.post("/x", { text => [text, text.to_sym] })
        client.trigger(text, text, text, { text => text })
        expect(calls.map(&:json)).to eq(
          [{ "é" => %w[é é] }, { "é" => "é", "name" => "é", "channels" => ["é"], "data" => "é" }]
        )
      end

      it "is passed to the engine as UTF-8, in a copy of the data that shares all other objects" do
        object = Object.new
        data = { a: [text, "plain"], object:, "é".b => { b: 1 } }
        seen = nil
        allow(json_engine).to(receive_generate { |given| (seen = given) && "{}" })
        client.trigger("news", "event", data)
        expect(seen).to eq({ a: %w[é plain], object:, "é" => { b: 1 } })
        expect(seen[:object]).to be(object)
        expect(seen[:a].last).to be(data[:a].last)
        expect(data.keys.last.encoding).to eq(Encoding::BINARY)
        expect([data[:a].first, text.encoding]).to eq([text, Encoding::BINARY])
      end

      it "is passed on in the caller's object if it is ASCII, or not valid UTF-8" do
        [{ a: "ascii".b }, { a: "\xFF".b }, { a: "é" }].each do |data|
          expect(json_engine).to receive_generate.with(be(data)).and_return("{}")
          client.trigger("news", "event", data)
        end
      end

      it "is passed on as UTF-8 in objects of subclasses after the engine has refused them" do
        type = Class.new(Hash)
        data = type[{ a: Class.new(Array)[text] }]
        given = []
        allow(json_engine).to(receive_generate { |object| (given << object) && (given.one? ? raise("binary") : "{}") })
        client.trigger("news", "event", data)
        expect(given.first).to be(data)
        expect(given.last).to eq({ a: ["é"] }).and(be_an_instance_of(type))
        expect(data[:a].first.encoding).to eq(Encoding::BINARY)
      end

      it "raises an Error with the engine's second refusal as its cause" do
        refusals = [KeyError.new("first"), KeyError.new("second")]
        remaining = refusals.dup
        allow(json_engine).to(receive_generate { raise remaining.shift })
        expect { client.trigger("news", "event", { a: Class.new(Array)[text] }) }
          .to raise_error(an_instance_of(Pusher::Error).and(have_attributes(cause: be(refusals.last))))
      end

      it "is not passed on again after a timeout or an error of this library" do
        data = { a: Class.new(Array)[text] }
        [Timeout::Error.new("late"), Pusher::Error.new("mine")].each do |error|
          calls = 0
          allow(json_engine).to(receive_generate { (calls += 1) && raise(error) })
          expect { client.trigger("news", "event", data) }.to raise_error(be(error))
          expect(calls).to eq(1)
        end
      end

      it "is searched for in bounded time in data that contains itself" do
        endless = []
        endless << endless << endless
        with_json_engine(:json_gem) do
          [[text, endless], [endless, text], { text => endless }].each do |data|
            expect { client.trigger("news", "event", data) }.to raise_error(Pusher::Error)
          end
        end
      end
    end

    it "is refused as a body where the engine writes it in another encoding" do
      { "\"\xE9\"".dup.force_encoding("ISO-8859-1") => false, '"é"'.encode("UTF-16LE") => false,
        '"é"'.b => true, '"e"'.encode("ISO-8859-1") => true }.each do |text, accepted|
        allow(json_engine).to receive_generate.and_return(text)
        post = -> { client.post("/x", { a: Object.new }) }
        next expect(post.call).to(eq({})) if accepted

        expect(&post).to raise_error(Pusher::Error, /not valid UTF-8/)
      end
    end

    describe "what cannot be encoded" do
      stubborn = Class.new { def to_json(*) = raise("boom") }
      values = { "NaN" => Float::NAN, "infinity" => Float::INFINITY, "invalid UTF-8" => "bad\xFF",
                 "an object that raises" => stubborn.new }.freeze

      around { |example| with_json_engine(:json_gem) { example.run } }

      def refuse_to_encode
        raise_error(Pusher::Error) { |error| expect(error.cause).to be_a(StandardError).or(be_a(SystemStackError)) }
      end

      # Some engines write what is not JSON.
      ["NaN", "-Infinity", '{"a":[1,NaN]}', "{\"a\":\"\xFF\"}", "\"\xFF\"".b].each do |text|
        it "includes #{text.dump}, which some engines write" do
          client = Pusher::Client.new(endpoint.client_options)
          allow(json_engine).to receive_generate.and_return(text)
          expect { client.trigger("news", "event", { a: 1 }) }.to refuse_to_encode
          expect { client.authenticate("presence-news", "1.1", { a: 1 }) }.to refuse_to_encode
          expect(endpoint.requests).to be_empty
        end
      end

      it "does not include the Strings NaN and Infinity" do
        client = Pusher::Client.new(endpoint.client_options)
        client.trigger("news", "event", { "NaN" => "Infinity" })
        expect(endpoint.events.last.data).to eq('{"NaN":"Infinity"}')
      end

      it "does not include data of a signal trap, where the engine's lock cannot be taken" do
        client = Pusher::Client.new(endpoint.client_options)
        lock = Mutex.new
        allow(json_engine).to(receive_generate.and_wrap_original { |dump, data| lock.synchronize { dump.call(data) } })
        handled = Queue.new
        before = trap(:USR2) { handled << client.trigger("news", "event", { a: 1 }) }
        Process.kill(:USR2, Process.pid)
        expect(Timeout.timeout(30) { handled.pop }).to eq({})
        expect(endpoint.events.map(&:data)).to eq(['{"a":1}'])
      ensure
        trap(:USR2, before)
      end

      values.each do |what, value|
        { "an event's data" => ->(client) { client.trigger("news", "event", { a: [value] }) },
          "an event's parameters" => ->(client) { client.trigger("news", "event", "data", { info: value }) },
          "a batch" => ->(client) { client.trigger_batch([{ channel: "a", name: "e", data: { a: value } }]) },
          "a batch's event" => lambda { |client|
                                 client.trigger_batch([{ channel: "a", name: "e", data: "", info: value }])
                               },
          "a body" => ->(client) { client.post("/x", { a: { b: value } }) },
          "channel data" => ->(client) { client.authenticate("presence-a", "1.1", { user_id: value }) },
          "user data" => ->(client) { client.authenticate_user("1.1", { id: "1", info: value }) } }
          .each do |where, attempt|
          it "Fix: raises a Pusher::Error with the engine's error as its cause: #{what} in #{where}" do
            expect { attempt.call(client) }.to refuse_to_encode
            expect(calls).to be_empty
          end
        end
      end

      it "Fix: raises the same for invalid UTF-8 as an event's data, its name, its channel or a key" do
        bad = "bad\xFF"
        expect { client.trigger("news", "event", bad) }.to refuse_to_encode
        expect { client.trigger("news", bad, "data") }.to refuse_to_encode
        expect { client.trigger(bad, "event", "data") }.to refuse_to_encode
        [bad, bad.b.to_sym].each do |key|
          expect { client.trigger("news", "event", "data", { key => 1 }) }.to refuse_to_encode
          expect { client.trigger_batch([{ :channel => "a", :name => "e", key => 1 }]) }.to refuse_to_encode
        end
        expect(calls).to be_empty
      end

      it "Fix: raises the same for data that contains itself or is nested too deeply" do
        endless = []
        endless << endless
        deep = Array.new(100_000).inject([]) { |inner, _| [inner] }
        [endless, deep].each do |value|
          expect { client.post("/x", { a: value }) }.to refuse_to_encode
          expect { client.trigger("news", "event", value) }.to refuse_to_encode
          expect { client.trigger("news", "event", "data", { info: value }) }.to refuse_to_encode
        end
        expect(calls).to be_empty
      end

      it "Fix: raises an error whose cause is the engine's own exception object" do
        error = RuntimeError.new("boom")
        allow(json_engine).to receive_generate.and_raise(error)
        expect { client.trigger("news", "event", { a: 1 }) }
          .to raise_error(Pusher::Error) { |raised| expect(raised.cause).to be(error) }
        expect { client.authenticate_user("1.1", { id: "1" }) }
          .to raise_error(Pusher::Error) { |raised| expect(raised.cause).to be(error) }
      end

      it "Fix: raises before anything else is checked" do
        bare = Pusher::Client.new
        expect { bare.trigger(["a"] * 101, "event", { a: Float::NAN }) }.to refuse_to_encode
        expect { bare.trigger("private-encrypted-a", "event", { a: Float::NAN }) }.to refuse_to_encode
        expect { bare.post("/x", { a: Float::NAN }) }.to refuse_to_encode
        expect { bare.trigger_batch([{ channel: "a", name: "e", data: Float::NAN }]) }.to refuse_to_encode
      end

      it "Fix: raises the same where the engine overflows the stack, or raises a NoMemoryError or a ScriptError" do
        endless = Class.new { def to_json(*) = to_json }.new
        expect { client.trigger("news", "event", { a: endless }) }
          .to raise_error(Pusher::Error) { |raised| expect(raised.cause).to be_a(SystemStackError) }
        [NoMemoryError, NotImplementedError, LoadError].each do |error|
          failing = Class.new { define_method(:to_json) { |*| raise error } }.new
          expect { client.post("/x", { a: failing }) }
            .to raise_error(Pusher::Error) { |raised| expect(raised.cause).to be_a(error) }
        end
        expect(calls).to be_empty
      end

      it "Fix: raises the same where the engine does not return a String" do
        allow(json_engine).to receive_generate.and_return(nil)
        expect { client.trigger("news", "event", { a: 1 }) }
          .to raise_error(Pusher::Error, /not a String/) { |raised| expect(raised.cause).to be_a(TypeError) }
      end

      it "Fix: does not include interrupts, exits and timeouts, which pass unchanged" do
        foreign = Class.new(Exception) # rubocop:disable Lint/InheritException -- libraries that end threads raise such
        [Interrupt, SystemExit, SignalException.new("TERM"), Timeout::Error, foreign].each do |error|
          interrupting = Class.new { define_method(:to_json) { |*| raise error } }.new
          expect { client.trigger("news", "event", { a: interrupting }) }
            .to raise_error(error.is_a?(Class) ? error : error.class)
        end
      end

      it "Fix: raises the same in a signal trap, where the engine runs in a helper thread" do
        lock = Mutex.new
        allow(json_engine).to(receive_generate.and_wrap_original { |dump, data| lock.synchronize { dump.call(data) } })
        handled = Queue.new
        before = trap(:USR2) do
          client.trigger("news", "event", { a: stubborn.new })
        rescue Pusher::Error => e
          handled << e
        end
        Process.kill(:USR2, Process.pid)
        expect(Timeout.timeout(30) { handled.pop }.cause).to have_attributes(class: RuntimeError, message: "boom")
      ensure
        trap(:USR2, before)
      end
    end
  end
end
