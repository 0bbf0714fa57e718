# frozen_string_literal: true

require "spec_helper"

# How test suites of applications use RSpec's doubles.
RSpec.describe "Doubles of RSpec" do
  let(:client) { Pusher::Client.from_url(endpoint.url) }
  let(:http_client) { Pusher.const_get(:Internal)::HTTP::Client }

  before { Pusher.logger = Logger.new(nil) }

  describe "instance_double" do
    def arguments(count) = Array.new(count) { |number| "argument-#{number}" }

    [Pusher::Client, Pusher::Channel, Pusher::WebHook, Pusher::Resource].each do |type|
      type.public_instance_methods(false).grep_v(/\A(inspect|pretty_print\w*)\z/).each do |name|
        kinds = type.instance_method(name).parameters.map(&:first)
        least = kinds.count(:req)
        most = kinds.include?(:rest) ? least + 3 : kinds.count { |kind| %i[req opt].include?(kind) }

        it "of #{type} accepts #{name} with #{[least, most].uniq.join(" to ")} arguments" do
          double = instance_double(type, name => :answer)
          [least, most].uniq.each { |count| expect(double.public_send(name, *arguments(count))).to eq(:answer) }
        end

        wrong = [least - 1, (most + 1 unless kinds.include?(:rest))].compact.reject(&:negative?)
        next if wrong.empty?

        it "of #{type} refuses #{name} with #{wrong.join(" and ")}" do
          double = instance_double(type, name => :answer)
          wrong.each do |count|
            expect { double.public_send(name, *arguments(count)) }.to raise_error(ArgumentError, /number of arguments/)
          end
        end
      end
    end
  end

  it "of a class refuse a method that it does not have" do
    [-> { instance_double(Pusher::Client, publish: nil) }, -> { instance_double(Pusher::Channel, publish: nil) },
     -> { class_double(Pusher, publish: nil) }].each do |double|
      expect(&double).to raise_error(RSpec::Mocks::MockExpectationError, /does not implement/)
    end
  end

  describe "of the module Pusher" do
    it "can expect trigger with its arguments" do
      expect(Pusher).to receive(:trigger).with("news", "event", { a: 1 }, { socket_id: "1.1" }).and_return({ ok: 1 })
      expect(Pusher.trigger("news", "event", { a: 1 }, { socket_id: "1.1" })).to eq(ok: 1)
    end

    it "can expect data without braces" do
      expect(Pusher).to receive(:trigger).with("news", "event", hash_including(a: 1))
      Pusher.trigger("news", "event", a: 1)
    end

    it "replace the methods that a channel without a client calls" do
      expect(Pusher).to receive(:trigger).with("news", "event", "data", {})
      Pusher::Channel.new(nil, "news").trigger("event", "data")
    end

    it "can raise errors" do
      allow(Pusher).to receive(:trigger).and_raise(Pusher::HTTPError, "down")
      expect { Pusher.trigger("news", "event", "data") }.to raise_error(Pusher::HTTPError, "down")
    end

    it "can be spies that call through" do
      ENV["PUSHER_URL"] = endpoint.url
      allow(Pusher).to receive(:trigger).and_call_original
      Pusher.trigger("news", "event", "data")
      expect(Pusher).to have_received(:trigger).with("news", "event", "data").once
      expect(endpoint.events.map(&:name)).to eq(["event"])
    end

    it "can replace the constant" do
      replacement = class_double(Pusher, trigger: :stubbed).as_stubbed_const(transfer_nested_constants: true)
      expect(Object.const_get(:Pusher).trigger("news", "event", "data")).to eq(:stubbed)
      expect(replacement::Error).to be < RuntimeError
    end
  end

  describe "of the default client" do
    before { ENV["PUSHER_URL"] = endpoint.url }

    it "can replace one method" do
      expect(Pusher.default_client).to receive(:trigger).with("news", "event", "data").and_return(:stubbed)
      expect(Pusher.trigger("news", "event", "data")).to eq(:stubbed)
      expect(Pusher.channels).to eq(channels: {})
    end

    it "can be a spy" do
      spy = instance_spy(Pusher::Client)
      Pusher.instance_variable_set(:@default_client, spy)
      Pusher.trigger("news", "event", "data")
      expect(spy).to have_received(:trigger).with("news", "event", "data")
    end

    it "are gone when @default_client is reset or removed" do
      resets = [-> { Pusher.instance_variable_set(:@default_client, nil) },
                -> { Pusher.remove_instance_variable(:@default_client) }]
      resets.each do |reset|
        before = Pusher.default_client
        before.host = "127.0.0.2"
        reset.call
        expect(Pusher.default_client).not_to equal(before)
        expect(Pusher.host).to eq("127.0.0.1")
        expect(Pusher.trigger("news", "event", "data")).to eq({})
      end
    end
  end

  describe "of any instance" do
    it "can expect a number of calls" do
      expect_any_instance_of(Pusher::Client).to receive(:trigger).twice.and_return(:stubbed)
      other = Pusher::Client.new
      expect(Array.new(2) { other.trigger("news", "event", "data") }).to eq(%i[stubbed stubbed])
    end

    it "can replace trigger alone" do
      allow_any_instance_of(Pusher::Client).to receive(:trigger).and_return(:stubbed)
      expect([client.trigger("a", "b", "c"), client.channels]).to eq([:stubbed, { channels: {} }])
      expect(client["a"].trigger!("b", "c")).to eq(:stubbed)
    end

    it "can wrap request of the http client" do
      verbs = []
      allow_any_instance_of(http_client).to receive(:request).and_wrap_original do |original, *arguments|
        verbs << arguments.first
        original.call(*arguments)
      end
      client.trigger("a", "b", "c")
      expect([verbs, endpoint.events.size]).to eq([[:post], 1])
    end
  end

  # Some doubles return a value that trigger cannot use.
  def attempt
    yield
  rescue StandardError, RSpec::Mocks::MockExpectationError
    nil
  end

  # Each double is set up, used and removed.
  {
    "a stub on Pusher" => ->(_) { allow(Pusher).to receive(:trigger) },
    "a stub of Pusher as a constant" => ->(_) { class_double(Pusher).as_stubbed_const },
    "any instance's trigger" => ->(_) { allow_any_instance_of(Pusher::Client).to receive(:trigger) },
    "any instance's post" => ->(_) { allow_any_instance_of(Pusher::Client).to receive(:post) },
    "any instance's resource" => ->(_) { allow_any_instance_of(Pusher::Client).to receive(:resource) },
    "any instance of Resource" => ->(_) { allow_any_instance_of(Pusher::Resource).to receive(:post) },
    "any instance of Request" => ->(_) { allow_any_instance_of(Pusher::Request).to receive(:send_sync) },
    "any instance's http client" => ->(_) { allow_any_instance_of(http_client).to receive(:request) },
    "Resource.new" => ->(_) { allow(Pusher::Resource).to receive(:new) },
    "Request.new" => ->(_) { allow(Pusher::Request).to receive(:new) },
    "Client.new" => ->(_) { allow(Pusher::Client).to receive(:new) },
    "a stub on the http client" => ->(client) { allow(client.sync_http_client).to receive(:request) }
  }.each do |what, stub|
    it "are removed after the example: #{what}" do
      RSpec::Mocks.with_temporary_scope do
        instance_exec(client, &stub)
        attempt { client.trigger("a", "b", "c") }
      end

      another = Pusher::Client.from_url(endpoint.url)
      another.trigger("a", "after", "c")
      client.trigger("a", "after", "c")
      expect(endpoint.events.last(2).map(&:name)).to eq(%w[after after])
    end
  end
end
