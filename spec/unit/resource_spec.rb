# frozen_string_literal: true

require "spec_helper"
require "json"
require_relative "support/http_stub"
require_relative "support/random_bodies"

# Bodies as JSON: written natively where the values are plain, by the application's engine where they are not.
seed = Integer(ENV.fetch("BODY_SEED") { Random.rand(1_000_000) })

RSpec.describe Pusher::Client, "encoding" do
  include HttpStub

  let(:client) { build_client }
  let!(:calls) { stub_http(client) }

  describe "a posted body" do
    it "is an empty object unless something is given" do
      client.post("/x")
      expect(calls.last.body).to eq("{}")
    end

    it "is the JSON of plain values" do
      params = { s: "text", "k" => :symbol, i: -12_345_678_901_234_567_890, f: 1.5, t: true, f2: false, n: nil,
                 a: [1, [{ x: [] }]], h: {}, 7 => "seven" }
      client.post("/x", params)
      expect(calls.last.json).to eq("s" => "text", "k" => "symbol", "i" => -12_345_678_901_234_567_890, "f" => 1.5,
                                    "t" => true, "f2" => false, "n" => nil, "a" => [1, [{ "x" => [] }]], "h" => {},
                                    "7" => "seven")
    end

    it "needs no engine for plain values" do
      expect(json_engine).not_to receive_generate
      client.post("/x", { a: [1, 2**80, -(2**64), 1.5, nil, true, :b, "c"] })
      expect(calls.last.body).to eq("{\"a\":[1,#{2**80},#{-(2**64)},1.5,null,true,\"b\",\"c\"]}")
    end

    it "is the engine's where a value, however deep, is of a class that only looks plain" do
      [Class.new(String), Class.new(Array), Class.new(Hash)].each do |type|
        params = { a: [{ b: type.new }] }
        allow(json_engine).to receive_generate.with(params).and_return("as the engine sees it")
        client.post("/x", params)
        expect(calls.last.body).to eq("as the engine sees it")
      end
    end

    it "is read the same by Ruby's JSON, whatever characters it holds" do
      [*0..0x7F, 0x80, 0xA0, 0x2028, 0x2029, 0xFFFD, 0x10FFFF].each_slice(20) do |codes|
        text = codes.pack("U*")
        client.post("/x", { text => text })
        expect(calls.last.body.encoding).to eq(Encoding::UTF_8)
        expect(calls.last.json).to eq(text => text)
      end
    end

    it "is read the same by Ruby's JSON, however it is nested (BODY_SEED=#{seed})" do
      random = RandomBodies.new(seed)
      500.times do |number|
        params = random.params
        client.post("/x", params)
        expect(JSON.parse(calls.pop.body)).to eq(JSON.parse(JSON.generate(params))), "body #{number}: #{params}"
      end
    end

    it "keeps Floats exact" do
      floats = [0.1, -2.5, 1e-7, 1e21, 123_456_789.123, Float::MAX, Float::MIN, 5e-324]
      client.post("/x", { floats: })
      expect(JSON.parse(calls.last.body)["floats"].map(&:to_s)).to eq(floats.map(&:to_s))
    end

    it "is what the engine makes of the very params, whole, when one of them is an object of the application" do
      params = { plain: 1, deep: [{ at: Object.new }] }
      seen = []
      allow(json_engine).to receive_generate do |*arguments|
        seen << arguments
        "{\"engine\" : 1}"
      end
      client.post("/x", params)
      expect(calls.last.body).to eq("{\"engine\" : 1}")
      expect(seen).to all(match([be(params)])).and(satisfy(&:any?))
    end

    it "carries the MD5 of its very bytes" do
      client.post("/x", { a: "é日😀\u2028</>&" })
      expect(calls.last.params["body_md5"]).to eq(Digest::MD5.hexdigest(calls.last.body))
    end
  end

  describe "a binary String" do
    let(:text) { "é".b }

    it "is UTF-8 in a body, which needs no engine for it" do
      expect(json_engine).not_to receive_generate
      client.post("/x", { text => [text, text.to_sym] })
      client.trigger(text, text, text, { text => text })
      expect(calls.map(&:json)).to eq(
        [{ "é" => %w[é é] }, { "é" => "é", "name" => "é", "channels" => ["é"], "data" => "é" }]
      )
    end

    it "is handed to the engine as UTF-8, in a copy; everything else in it is the caller's" do
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

    it "does not cost the caller's own object its place where it is ASCII, or no UTF-8" do
      [{ a: "ascii".b }, { a: "\xFF".b }, { a: "é" }].each do |data|
        expect(json_engine).to receive_generate.with(be(data)).and_return("{}")
        client.trigger("news", "event", data)
      end
    end

    it "is UTF-8 in objects of subclasses, too, once the engine has refused them" do
      type = Class.new(Hash)
      data = type[{ a: Class.new(Array)[text] }]
      given = []
      allow(json_engine).to(receive_generate { |object| (given << object) && (given.one? ? raise("binary") : "{}") })
      client.trigger("news", "event", data)
      expect(given.first).to be(data)
      expect(given.last).to eq({ a: ["é"] }).and(be_an_instance_of(type))
      expect(data[:a].first.encoding).to eq(Encoding::BINARY)
    end

    it "is not looked for without end" do
      endless = []
      endless << endless << endless
      with_json_engine(:json_gem) do
        [[text, endless], [endless, text], { text => endless }].each do |data|
          expect { client.trigger("news", "event", data) }.to raise_error(Pusher::Error)
        end
      end
    end
  end

  # Whichever way it is handed in: as an event's data, in parameters, in a batch or in a body.
  describe "what cannot be encoded" do
    stubborn = Class.new { def to_json(*) = raise("boom") }
    values = { "NaN" => Float::NAN, "infinity" => Float::INFINITY, "invalid UTF-8" => "bad\xFF",
               "an object that raises" => stubborn.new }.freeze

    around { |example| with_json_engine(:json_gem) { example.run } }

    def refuse_to_encode
      raise_error(Pusher::Error) { |error| expect(error.cause).to be_a(StandardError).or(be_a(SystemStackError)) }
    end

    # Engines differ, and some write what is no JSON.
    ["NaN", "-Infinity", '{"a":[1,NaN]}', "{\"a\":\"\xFF\"}", "\"\xFF\"".b].each do |text|
      it "is #{text.dump} from an engine that writes it" do
        client = described_class.new(endpoint.client_options)
        allow(json_engine).to receive_generate.and_return(text)
        expect { client.trigger("news", "event", { a: 1 }) }.to refuse_to_encode
        expect { client.authenticate("presence-news", "1.1", { a: 1 }) }.to refuse_to_encode
        expect(endpoint.requests).to be_empty
      end
    end

    it "is not a text that says NaN or Infinity" do
      client = described_class.new(endpoint.client_options)
      client.trigger("news", "event", { "NaN" => "Infinity" })
      expect(endpoint.events.last.data).to eq('{"NaN":"Infinity"}')
    end

    it "is nothing because a signal's handler cannot take the engine's locks" do
      client = described_class.new(endpoint.client_options)
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
        "a batch's event" => ->(client) { client.trigger_batch([{ channel: "a", name: "e", data: "", info: value }]) },
        "a body" => ->(client) { client.post("/x", { a: { b: value } }) },
        "channel data" => ->(client) { client.authenticate("presence-a", "1.1", { user_id: value }) },
        "user data" => ->(client) { client.authenticate_user("1.1", { id: "1", info: value }) } }
        .each do |where, attempt|
        it "Fix: #{what} in #{where} is a Pusher::Error with the engine's error as its cause" do
          expect { attempt.call(client) }.to refuse_to_encode
          expect(calls).to be_empty
        end
      end
    end

    it "Fix: invalid UTF-8 that is an event's whole data, its name, its channel or a key is one too" do
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

    it "Fix: what holds itself, or is nested without end, is one too" do
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

    it "Fix: keeps the very exception of the engine as its cause" do
      error = RuntimeError.new("boom")
      allow(json_engine).to receive_generate.and_raise(error)
      expect { client.trigger("news", "event", { a: 1 }) }
        .to raise_error(Pusher::Error) { |raised| expect(raised.cause).to be(error) }
      expect { client.authenticate_user("1.1", { id: "1" }) }
        .to raise_error(Pusher::Error) { |raised| expect(raised.cause).to be(error) }
    end

    it "Fix: is said before anything else is checked" do
      bare = described_class.new
      expect { bare.trigger(["a"] * 101, "event", { a: Float::NAN }) }.to refuse_to_encode
      expect { bare.trigger("private-encrypted-a", "event", { a: Float::NAN }) }.to refuse_to_encode
      expect { bare.post("/x", { a: Float::NAN }) }.to refuse_to_encode
      expect { bare.trigger_batch([{ channel: "a", name: "e", data: Float::NAN }]) }.to refuse_to_encode
    end

    it "Fix: is also what overflows the stack or the memory, or is not implemented" do
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

    it "Fix: is what an engine does not give a String for" do
      allow(json_engine).to receive_generate.and_return(nil)
      expect { client.trigger("news", "event", { a: 1 }) }
        .to raise_error(Pusher::Error, /no String/) { |raised| expect(raised.cause).to be_a(TypeError) }
    end

    it "Fix: lets interrupts, exits and time limits through as they are" do
      foreign = Class.new(Exception) # rubocop:disable Lint/InheritException -- as those who end threads do
      [Interrupt, SystemExit, SignalException.new("TERM"), Timeout::Error, foreign].each do |error|
        interrupting = Class.new { define_method(:to_json) { |*| raise error } }.new
        expect { client.trigger("news", "event", { a: interrupting }) }
          .to raise_error(error.is_a?(Class) ? error : error.class)
      end
    end

    it "Fix: keeps the engine's error as its cause in a signal trap, where the engine runs in a thread" do
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
