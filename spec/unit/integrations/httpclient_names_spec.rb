# frozen_string_literal: true

require "spec_helper"
require "open3"
require "rbconfig"

# Each example runs a separate process, since httpclient cannot be unloaded.
RSpec.describe "HTTPClient's error names inside the module Pusher" do
  def run_ruby(script)
    output, status = Open3.capture2e(RbConfig.ruby, *$LOAD_PATH.flat_map { |folder| ["-I", folder] }, "-e", script)
    raise output unless status.success?

    output.strip
  end

  let(:names) { "[HTTPClient::TimeoutError, HTTPClient::BadResponseError, HTTPClient::KeepAliveDisconnected]" }

  it "are errors of this library if httpclient is not loaded, and ::HTTPClient stays undefined" do
    script = "require 'pusher'; module Pusher; class Request; puts #{names}.join(' '); end; end; " \
             "p defined?(::HTTPClient)"
    expect(run_ruby(script).lines.map(&:chomp))
      .to eq(["Pusher::TimeoutError Pusher::ProtocolError EOFError", "nil"])
  end

  it "are httpclient's own errors if it is loaded, even after this library" do
    script = "require 'pusher'; Pusher::HTTPClient::TimeoutError; class HTTPClient; class TimeoutError < IOError; " \
             "end; end; module Pusher; class Request; p HTTPClient::TimeoutError.equal?(::HTTPClient::TimeoutError), " \
             "HTTPClient.new.class; end; end"
    expect(run_ruby(script)).to eq("true\nHTTPClient")
  end

  it "can be used in a signal handler" do
    script = "require 'pusher'; trap(:USR1) { p Pusher::HTTPClient::TimeoutError; exit }; " \
             "Process.kill(:USR1, Process.pid); sleep(30)"
    expect(run_ruby(script)).to eq("Pusher::TimeoutError")
  end

  it "match every timeout error of this library, and not Timeout::Error" do
    script = "require 'pusher'; module Pusher; p [ConnectTimeoutError, SendTimeoutError, ReceiveTimeoutError, " \
             "Timeout::Error].map { |type| type <= HTTPClient::TimeoutError }; end"
    expect(run_ruby(script)).to eq("[true, true, true, false]")
  end
end
