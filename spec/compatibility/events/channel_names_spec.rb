# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The name of a channel" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  ["news", "private-a", "presence-b", "private-encrypted-c", "A-z_0=9@,.;", "", "x" * 200].each do |name|
    it "can be #{name.size > 30 ? "#{name.size} characters long" : name.inspect}" do
      expect(client[name].name).to eq(name)
    end
  end

  it "can be a Symbol" do
    client[:news].trigger!("event", "data")
    expect(endpoint.events.first.channels).to eq(["news"])
  end

  ["bad name", "a/b", "a:b", "a#b", "ünal", "a\n", "a\nb", "#server-to-user-7", "a?b", "a%b", "a'b"].each do |name|
    it "cannot be #{name.inspect}" do
      expect { client[name] }.to raise_error(Pusher::Error, "Illegal channel name '#{name}'")
    end
  end

  it "cannot be longer than 200 characters" do
    expect { client["x" * 201] }
      .to raise_error(Pusher::Error, "Channel name too long (limit 164 characters) '#{"x" * 201}'")
  end

  it "is checked by INVALID_CHANNEL_REGEX" do
    expect(Pusher::Channel::INVALID_CHANNEL_REGEX).to eq(/[^A-Za-z0-9_\-=@,.;]/)
  end

  it "is checked by authenticate, too" do
    expect { client.authenticate("bad name", "1.1") }.to raise_error(Pusher::Error, "Illegal channel name 'bad name'")
  end

  [nil, 7, ["news"]].each do |name|
    it "cannot be #{name.inspect}", :fix do
      expect { client[name] }.to raise_error(Pusher::Error, /\AIllegal channel name .*#{Regexp.escape(name.inspect)}/)
      expect { client.authenticate(name, "1.1") }.to raise_error(Pusher::Error, /\AIllegal channel name/)
    end
  end
end
