# frozen_string_literal: true

require "spec_helper"
require "open3"
require "rbconfig"

# Each example is a process of its own: an httpclient that is loaded stays.
RSpec.describe "The names of httpclient's errors inside the module Pusher" do
  def run_ruby(script)
    output, status = Open3.capture2e(RbConfig.ruby, *$LOAD_PATH.flat_map { |folder| ["-I", folder] }, "-e", script)
    raise output unless status.success?

    output.strip
  end

  let(:names) { "[HTTPClient::TimeoutError, HTTPClient::BadResponseError, HTTPClient::KeepAliveDisconnected]" }

  it "are errors of the library where httpclient is not loaded, which stays undefined" do
    script = "require 'pusher'; module Pusher; class Request; puts #{names}.join(' '); end; end; " \
             "p defined?(::HTTPClient)"
    expect(run_ruby(script).lines.map(&:chomp))
      .to eq(["Pusher::TimeoutError Pusher::ProtocolError EOFError", "nil"])
  end

  it "are httpclient's own where that is loaded, also after this library" do
    script = "require 'pusher'; Pusher::HTTPClient::TimeoutError; class HTTPClient; class TimeoutError < IOError; " \
             "end; end; module Pusher; class Request; p HTTPClient::TimeoutError.equal?(::HTTPClient::TimeoutError), " \
             "HTTPClient.new.class; end; end"
    expect(run_ruby(script)).to eq("true\nHTTPClient")
  end

  it "can be asked for in a signal's handler" do
    script = "require 'pusher'; trap(:USR1) { p Pusher::HTTPClient::TimeoutError; exit }; " \
             "Process.kill(:USR1, Process.pid); sleep(30)"
    expect(run_ruby(script)).to eq("Pusher::TimeoutError")
  end

  it "cover each timeout of the library, and no other" do
    script = "require 'pusher'; module Pusher; p [ConnectTimeoutError, SendTimeoutError, ReceiveTimeoutError, " \
             "Timeout::Error].map { |type| type <= HTTPClient::TimeoutError }; end"
    expect(run_ruby(script)).to eq("[true, true, true, false]")
  end
end
