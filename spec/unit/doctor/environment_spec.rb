# frozen_string_literal: true

require_relative "doctor_helper"

RSpec.describe DoctorHelper::DOCTOR::Environment do
  def check(name, env = {}, scheme: "https", host: "api-eu.pusher.com")
    described_class.new(env, scheme, host).checks.find { |check| check.name == name }
  end

  it "reports Ruby, the native library and the JSON engine" do
    expect(check("ruby")).to have_attributes(status: :ok, text: "ruby #{RUBY_VERSION} on #{RUBY_PLATFORM}")
    expect(check("native library")).to have_attributes(status: :ok, text: /#{Pusher::VERSION}/)
    expect(check("JSON engine")).to have_attributes(status: :ok, text: /multi_json|JSON \d/)
  end

  it "refuses other Rubies" do
    stub_const("RUBY_ENGINE", "jruby")
    expect(check("ruby")).to have_attributes(status: :wrong, advice: /CRuby 3\.1/)
  end

  it "reports a gem that cannot be loaded" do
    environment = described_class.new({}, "https", "host")
    allow(environment).to receive(:require).with("pusher").and_raise(LoadError, "cannot load such file -- pusher.so")
    expect(environment).not_to be_gem_loads
    expect(environment.checks.map(&:name)).not_to include("JSON engine")
    expect(environment.checks[1]).to have_attributes(status: :wrong, text: /pusher\.so/, advice: /pristine/)
  end

  describe "the proxy" do
    {
      {} => [:ok, "none"],
      { "https_proxy" => "http://user:p@ss@proxy:3128", "http_proxy" => "http://other" } =>
        [:ok, "https_proxy=http://***@proxy:3128"],
      { "HTTP_PROXY" => "proxy:3128" } => [:ok, "HTTP_PROXY=proxy:3128"],
      { "https_proxy" => "socks5://user:secret@proxy" } => [:wrong, "https_proxy=socks5://***@proxy"],
      { "https_proxy" => "http://proxy", "no_proxy" => "pusher.com" } =>
        [:ok, "none for api-eu.pusher.com (no_proxy); otherwise https_proxy=http://proxy"],
      { "https_proxy" => "http://proxy", "NO_PROXY" => "*" } => [:ok, /\Anone for/],
      { "https_proxy" => "http://proxy", "no_proxy" => "example.org" } => [:ok, "https_proxy=http://proxy"]
    }.each do |env, (status, text)|
      it "is #{text.inspect} with #{env.keys.join(" and ")}" do
        expect(check("proxy", env)).to have_attributes(status:, text: match(text).and(not_include("ss", "secret")))
      end
    end

    it "is that for http without TLS, and none for localhost" do
      env = { "https_proxy" => "http://one", "http_proxy" => "http://two" }
      expect(check("proxy", env, scheme: "http").text).to eq("http_proxy=http://two")
      expect(check("proxy", env, host: "localhost").text).to start_with("none")
    end

    RSpec::Matchers.define(:not_include) { |*texts| match { |text| texts.none? { |one| text.include?(one) } } }
  end

  describe "the certificates" do
    it "are those of the system" do
      expect(check("certificates")).to have_attributes(status: :ok, text: /system/)
    end

    it "are those of the environment, if they can be read" do
      expect(check("certificates", { "SSL_CERT_FILE" => __FILE__, "SSL_CERT_DIR" => __dir__ }))
        .to have_attributes(status: :ok, text: "SSL_CERT_FILE=#{__FILE__}, SSL_CERT_DIR=#{__dir__}")
      expect(check("certificates", { "SSL_CERT_FILE" => "/missing" }))
        .to have_attributes(status: :wrong, advice: /SSL_CERT_FILE cannot be read/)
      expect(check("certificates", { "SSL_CERT_DIR" => "#{__dir__}:/missing" }))
        .to have_attributes(status: :wrong, advice: /SSL_CERT_DIR cannot be read/)
    end
  end
end
