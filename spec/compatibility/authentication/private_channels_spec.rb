# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "Authentication for a private channel" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def signed(text)
    "#{client.key}:#{OpenSSL::HMAC.hexdigest("SHA256", client.secret, text)}"
  end

  it "signs the socket id and the channel" do
    expect(client.authenticate("private-room", "123.456")).to eq({ auth: signed("123.456:private-room") })
  end

  it "has the published signature" do
    expect(client.authenticate("private-foobar", "1234.1234"))
      .to eq({ auth: "278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4" })
  end

  it "signs the channel name unchanged" do
    expect(client.authenticate("private-Room_1=@,.;", "1.1")).to eq({ auth: signed("1.1:private-Room_1=@,.;") })
  end

  it "lets the socket subscribe" do
    auth = client.authenticate("private-room", "123.456")
    expect(endpoint.subscribe("private-room", socket_id: "123.456", auth:).channel).to eq("private-room")
  end

  it "is valid for that socket and that channel only" do
    auth = client.authenticate("private-room", "123.456")
    [["private-room", "123.457"], ["private-other", "123.456"]].each do |channel, socket_id|
      expect { endpoint.subscribe(channel, socket_id:, auth:) }.to raise_error(ChannelsApi::Admission::Refused)
    end
  end

  it "is the same from the channel object" do
    expect(client["private-room"].authenticate("123.456")).to eq({ auth: signed("123.456:private-room") })
  end

  it "calls authenticate of the channel, which calls authentication_string" do
    channel = client["private-room"]
    expect(client).to receive(:channel).with("private-room").and_return(channel)
    expect(channel).to receive(:authentication_string).with("1.1", any_args).and_return("stubbed")
    expect(client.authenticate("private-room", "1.1")).to eq({ auth: "stubbed" })
  end

  it "sends nothing" do
    client.authenticate("private-room", "123.456")
    expect(endpoint.requests).to be_empty
  end

  describe "as a string" do
    it "is the key and the signature" do
      expect(client["private-room"].authentication_string("123.456")).to eq(signed("123.456:private-room"))
    end

    it "signs a custom string as well" do
      expect(client["private-room"].authentication_string("123.456", "more"))
        .to eq(signed("123.456:private-room:more"))
    end

    [7, { a: 1 }, :symbol, false].each do |custom|
      it "refuses the custom string #{custom.inspect}" do
        expect { client["private-room"].authentication_string("123.456", custom) }
          .to raise_error(Pusher::Error, "Custom argument must be a string")
      end
    end

    it "can be made for any string" do
      [client, client["private-room"]].each do |object|
        expect(object._authentication_string("1.1", "1.1:x", client.authentication_token)).to eq(signed("1.1:x"))
        expect { object._authentication_string("1.1", "1.1:x", client.authentication_token, 7) }
          .to raise_error(Pusher::Error, "Custom argument must be a string")
      end
    end
  end

  describe "needs a socket id, which" do
    ["1.1", "0.0", "123456789012345678901234567890.1"].each do |id|
      it "can be #{id}" do
        expect(client.authenticate("private-room", id)).to eq({ auth: signed("#{id}:private-room") })
      end
    end

    ["nonsense", "1", "1.", ".1", "1.1.1", "1.1\n", "\n1.1", " 1.1", "1:1", "-1.1", "١.١", "", nil].each do |id|
      it "cannot be #{id.inspect}" do
        expect { client.authenticate("private-room", id) }
          .to raise_error(Pusher::Error, /\AInvalid socket ID .*#{Regexp.escape(id.inspect)}/)
      end
    end

    it "can be checked separately" do
      [client, client["private-room"]].each do |object|
        expect { object.validate_socket_id("1.1") }.not_to raise_error
        expect { object.validate_socket_id("1") }.to raise_error(Pusher::Error, 'Invalid socket ID "1"')
      end
    end
  end
end
