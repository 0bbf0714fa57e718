# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The choice between https and http" do
  it "is https by default" do
    expect(Pusher::Client.new).to have_attributes(scheme: "https", port: 443, encrypted?: true)
  end

  [true, nil].each do |value|
    it "is https with use_tls: #{value.inspect}" do
      expect(Pusher::Client.new(use_tls: value)).to have_attributes(scheme: "https", port: 443, encrypted?: true)
    end
  end

  it "is http with use_tls: false" do
    expect(Pusher::Client.new(use_tls: false)).to have_attributes(scheme: "http", port: 80, encrypted?: false)
  end

  it "does not change an explicit port" do
    expect(Pusher::Client.new(port: 8080)).to have_attributes(scheme: "https", port: 8080)
    expect(Pusher::Client.new(port: 8080, use_tls: false)).to have_attributes(scheme: "http", port: 8080)
  end

  %i[use_tls= encrypted=].each do |writer|
    it "is changed by #{writer}, which resets the port" do
      client = Pusher::Client.new(port: 8080)
      client.public_send(writer, false)
      expect(client).to have_attributes(scheme: "http", port: 80, encrypted?: false)
      client.port = 8080
      client.public_send(writer, true)
      expect(client).to have_attributes(scheme: "https", port: 443, encrypted?: true)
    end

    it "is changed by #{writer} without a warning" do
      expect { Pusher::Client.new(use_tls: false).public_send(writer, true) }.not_to output.to_stderr
    end
  end

  it "is set by scheme=, which does not change the port" do
    client = Pusher::Client.new
    client.scheme = "http"
    expect(client).to have_attributes(scheme: "http", port: 443, encrypted?: false)
  end

  describe "by the deprecated option encrypted" do
    warning = "[DEPRECATION] `encrypted` is deprecated and will be removed in the next major version. " \
              "Use `use_tls` instead.\n"

    { true => ["https", 443], false => ["http", 80], nil => ["https", 443] }.each do |value, (scheme, port)|
      it "is #{scheme} if that is #{value.inspect}" do
        client = nil
        expect { client = Pusher::Client.new(encrypted: value) }.to output.to_stderr
        expect(client).to have_attributes(scheme:, port:)
      end

      it "prints one warning if that is #{value.inspect}" do
        expect { Pusher::Client.new(encrypted: value) }.to output(warning).to_stderr
      end
    end

    it "prints the warning for each client" do
      expect { 2.times { Pusher::Client.new(encrypted: true) } }.to output(warning * 2).to_stderr
    end

    it "prints no warning if the option is not given" do
      expect { Pusher::Client.new(use_tls: false) }.not_to output.to_stderr
    end

    it "is http if one of the two options is false" do
      client = nil
      expect { client = Pusher::Client.new(encrypted: false, use_tls: true) }.to output(warning).to_stderr
      expect(client).to have_attributes(scheme: "http", port: 80)
    end

    it "does not change an explicit port" do
      client = nil
      expect { client = Pusher::Client.new(encrypted: false, port: 8080) }.to output(warning).to_stderr
      expect(client).to have_attributes(scheme: "http", port: 8080)
    end
  end
end
