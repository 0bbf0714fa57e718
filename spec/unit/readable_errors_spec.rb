# frozen_string_literal: true

require "spec_helper"

# What users pass may be in any encoding, and messages end up in logs and in JSON.
RSpec.describe "Errors about text that is not valid UTF-8" do
  let(:client) { Pusher::Client.new(app_id: "20", key: "key", secret: "secret") }

  def error_of
    yield
    raise "no error"
  rescue Pusher::Error, URI::Error => e
    e
  end

  it "have messages that are" do
    odd = Class.new { def to_json(*) = raise("bad \xFF byte") }.new
    errors = [error_of { client.channel("a\xFF") }, error_of { client.channel("\xFF".b) },
              error_of { client.channel("é".encode("UTF-16LE")) }, error_of { client.trigger("a", "b", odd) },
              Pusher::HTTPError.new("\xE9".dup.force_encoding("ISO-8859-1")), Pusher::Error.new("\xFF")]
    expect(errors.map { |error| [error.message.encoding, error.message.valid_encoding?] })
      .to all(eq([Encoding::UTF_8, true]))
    expect(errors.values_at(0, 4).map(&:message)).to eq(["Illegal channel name 'a\uFFFD'", "é"])
  end

  it "are those of other illegal paths, urls and keys" do
    expect { client.channel_info("a\xFF") }.to raise_error(URI::InvalidComponentError)
    expect { client.url = "mine:hush@host/apps/1" }
      .to raise_error(URI::InvalidURIError) { |error| expect(error.message).not_to include("mine", "hush") }
    client.key = "k\xFF"
    expect(client.authentication_token.key).to eq("k\xFF")
    client.key = "k\xFF\n"
    expect { client.authentication_token }.to raise_error(Pusher::ConfigurationError)
  end

  it "leave other messages as they are" do
    expect([Pusher::Error.new.message, Pusher::Error.new(nil).message, Pusher::Error.new(:a).message])
      .to eq(["Pusher::Error", "Pusher::Error", "a"])
    expect { raise Pusher::HTTPError, "é" }.to raise_error(Pusher::HTTPError, "é")
  end
end
