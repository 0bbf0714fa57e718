# frozen_string_literal: true

require "spec_helper"
require "open3"
require "rbconfig"

# Each example runs in a separate process, because this process has loaded everything.
RSpec.describe "Requiring the gem" do
  def run_ruby(script, *options)
    load_path = $LOAD_PATH.flat_map { |folder| ["-I", folder] }
    output, status = Open3.capture2e(RbConfig.ruby, *options, *load_path, "-e", script)
    raise output unless status.success?

    output.strip
  end

  it "loads openssl, base64, multi_json and uri, which applications rely on" do
    script = "require 'pusher'; puts [OpenSSL::HMAC, Base64, #{JsonEngine::MODULE}, URI::Generic].join(' ')"
    expect(run_ruby(script)).to eq("OpenSSL::HMAC Base64 #{JsonEngine::MODULE} URI::Generic")
  end

  it "prints no warning with -w" do
    own = run_ruby('require "pusher"', "-w").lines.grep(%r{/lib/pusher})
    expect(own).to eq([])
  end

  %w[pusher/client pusher/channel pusher/request pusher/resource pusher/utils pusher/webhook].each do |file|
    it "is possible file by file: #{file}, alone and before the gem" do
      expect(run_ruby("require #{file.inspect}; require 'pusher'; puts Pusher::Client.new.host"))
        .to eq("api-mt1.pusher.com")
    end
  end

  %w[authentication_error query_encoder request token version].each do |part|
    it "is possible file by file: pusher/signature/#{part}, alone and before the gem" do
      script = "require 'pusher/signature/#{part}'; require 'pusher'; puts Pusher::Signature::VERSION"
      expect(run_ruby(script)).to eq(Pusher::VERSION)
    end
  end

  it "is possible file by file: pusher/signature/version, after the gem" do
    script = "require 'pusher'; require 'pusher/signature/version'; puts Pusher::Signature::VERSION"
    expect(run_ruby(script)).to eq(Pusher::VERSION)
  end

  it "keeps a Signature::VERSION that another library has defined" do
    script = "module Pusher; module Signature; VERSION = 'theirs'; end; end; " \
             "require 'pusher/signature/version'; require 'pusher'; puts Pusher::Signature::VERSION"
    expect(run_ruby(script)).to eq("theirs")
  end

  it "is not needed for pusher/version, which loads nothing else" do
    script = 'require "pusher/version"; puts [Pusher::VERSION, defined?(Pusher::Client).inspect].join(" ")'
    expect(run_ruby(script)).to eq("#{Pusher::VERSION} nil")
  end

  it "is not needed for pusher-signature, which can sign requests" do
    script = 'require "pusher-signature"; token = Pusher::Signature::Token.new("k", "s"); ' \
             'puts Pusher::Signature::Request.new("GET", "/", {}).sign(token).keys.sort.join(" ")'
    expect(run_ruby(script)).to eq("auth_key auth_signature auth_timestamp auth_version")
  end

  it "defines each class once, also with pusher-signature after it" do
    script = 'require "pusher"; token = Pusher::Signature::Token; require "pusher-signature"; ' \
             "puts token.equal?(Pusher::Signature::Token)"
    expect(run_ruby(script, "-w").lines.last.chomp).to eq("true")
  end
end
