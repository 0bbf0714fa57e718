# frozen_string_literal: true

require "spec_helper"

RSpec.describe Pusher::Error do
  # Classes that applications or other specs made are not ours.
  def own_classes(parent)
    ObjectSpace.each_object(Class).select { |type| type < parent && type.name.to_s.start_with?("Pusher::") }
  end

  it "has the documented subclasses and no others, except for kinds of ConfigurationError" do
    names = own_classes(described_class).reject { |type| type < Pusher::ConfigurationError }.map(&:name)
    expect(names).to contain_exactly(
      "Pusher::AuthenticationError", "Pusher::BatchError", "Pusher::ConfigurationError", "Pusher::HTTPError",
      "Pusher::PayloadTooLargeError"
    )
  end

  [described_class, Pusher::AuthenticationError, Pusher::HTTPError, Pusher::PayloadTooLargeError].each do |type|
    it "can be raised without a message, as a #{type}" do
      expect { raise type }.to raise_error(type, type.name)
      expect(type.new("msg")).to be_a(RuntimeError).and have_attributes(message: "msg")
    end

    it "Added: has no status, body and retry_after without a reply, and is not retriable, as a #{type}" do
      expect(type.new("msg")).to have_attributes(status: nil, body: nil, retry_after: nil, retriable?: false)
    end
  end

  it "Added: has them as a ConfigurationError, too" do
    expect(Pusher::ConfigurationError.new(:key))
      .to have_attributes(status: nil, body: nil, retry_after: nil, retriable?: false)
  end

  it "is the name of the missing key as a ConfigurationError, given as a String" do
    expect(Pusher::ConfigurationError.new("app_id").message)
      .to eq("missing key `app_id' in the client configuration")
  end

  describe "#retriable?" do
    {
      Pusher::ConnectTimeoutError => true, Pusher::ReceiveTimeoutError => true, Timeout::Error => true,
      Errno::ECONNREFUSED => true, Errno::ECONNRESET => true, SocketError => true, EOFError => true,
      Pusher::ProtocolError => false, OpenSSL::SSL::SSLError => false, Errno::EACCES => false, TypeError => false
    }.each do |original, retriable|
      it "Added: is #{retriable} for an HTTPError around #{original}" do
        error = Pusher::HTTPError.new("msg")
        error.original_error = original.new("original")
        expect(error.retriable?).to be(retriable)
      end
    end

    it "Added: is the value of the cause if the cause is an error of the library" do
      failed = Pusher::HTTPError.new("msg")
      failed.original_error = Errno::ECONNRESET.new
      expect { raise described_class, "network error", cause: failed }.to raise_error(be_retriable)
      expect { raise described_class, "no", cause: IOError.new }
        .to raise_error(described_class) { |error| expect(error.retriable?).to be(false) }
    end
  end

  describe "the message" do
    def error_of
      yield
      raise "no error"
    rescue described_class => e
      e
    end

    it "Fix: is valid UTF-8 for any argument" do
      client = Pusher::Client.new(app_id: "20", key: "key", secret: "secret")
      odd = Class.new { def to_json(*) = raise("bad \xFF byte") }.new
      errors = [error_of { client.channel("a\xFF") }, error_of { client.channel("\xFF".b) },
                error_of { client.channel("é".encode("UTF-16LE")) }, error_of { client.trigger("a", "b", odd) },
                Pusher::HTTPError.new("\xE9".dup.force_encoding("ISO-8859-1")), described_class.new("\xFF")]
      expect(errors.map { |error| [error.message.encoding, error.message.valid_encoding?] })
        .to all(eq([Encoding::UTF_8, true]))
      expect(errors.values_at(0, 4).map(&:message)).to eq(["Illegal channel name 'a\uFFFD'", "é"])
    end

    it "is Ruby's default for nil and for a Symbol" do
      expect([nil, :a].map { |message| described_class.new(message).message }).to eq(["Pusher::Error", "a"])
    end
  end

  describe "the timeouts" do
    it "have separate classes for connect, send and receive" do
      classes = own_classes(Timeout::Error)
      leaves = classes.reject { |type| classes.any? { |other| other < type } }
      expect(leaves).to contain_exactly(Pusher::ConnectTimeoutError, Pusher::SendTimeoutError,
                                        Pusher::ReceiveTimeoutError)
    end

    it "share the parent Pusher::TimeoutError, which is a Timeout::Error" do
      types = [Pusher::ConnectTimeoutError, Pusher::SendTimeoutError, Pusher::ReceiveTimeoutError]
      expect(types.map(&:superclass)).to all(be(Pusher::TimeoutError))
      expect(Pusher::TimeoutError.superclass).to be(Timeout::Error)
    end
  end
end
