# frozen_string_literal: true

require "spec_helper"
require "pusher/exclude_socket"
require "rack"

RSpec.describe Pusher::ExcludeSocket do
  let(:app) { described_class.new(->(_env) { [200, {}, [Pusher.excluded_socket_id.inspect]] }) }

  def body(headers = {})
    Rack::MockRequest.new(app).get("/", headers).body
  end

  it "excludes the socket in the header X-Socket-ID" do
    expect(body("HTTP_X_SOCKET_ID" => "12.34")).to eq('"12.34"')
    expect(Pusher.excluded_socket_id).to be_nil
  end

  it "excludes none without the header" do
    expect(body).to eq("nil")
  end

  ["", "null", "undefined", "1", "1.1, 2.2", "1.1\n", "\xFF"].each do |value|
    it "ignores the header #{value.inspect}" do
      expect(body("HTTP_X_SOCKET_ID" => value)).to eq("nil")
    end
  end

  it "lets the errors of the application pass" do
    failing = described_class.new(->(_env) { raise "failed" })
    expect { failing.call("HTTP_X_SOCKET_ID" => "1.1") }.to raise_error("failed")
    expect(Pusher.excluded_socket_id).to be_nil
  end

  it "is not loaded by the gem" do
    script = 'require "pusher"; puts $LOADED_FEATURES.grep(/exclude_socket/).size'
    command = [RbConfig.ruby, *$LOAD_PATH.flat_map { |folder| ["-I", folder] }, "-e", script]
    expect(IO.popen(command, &:read)).to eq("0\n")
  end

  it "excludes the socket in the actions of a controller that includes Controller" do
    # What a controller of Rails answers; spec/integrations/rails has real ones.
    controller = Class.new do
      singleton_class.attr_accessor :around
      def self.around_action(name) = (self.around = name)
      include Pusher::ExcludeSocket::Controller
      def request = Struct.new(:env).new({ "HTTP_X_SOCKET_ID" => "1.1" })
    end
    seen = nil
    controller.new.send(controller.around) { seen = Pusher.excluded_socket_id }
    expect(seen).to eq("1.1")
  end
end
