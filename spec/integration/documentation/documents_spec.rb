# frozen_string_literal: true

require "spec_helper"
require "async"
require "rack"
require "securerandom"
require_relative "../../support/async/requests"
require_relative "../../support/documents"
require_relative "../../support/runtime/own_process"

# Every Ruby example of the README, of docs/ and of the comments in lib/, run against an endpoint on loopback in place
# of the service.
RSpec.describe "The examples of the documents" do
  include OwnProcess

  request = /\b(?:trigger(?:_batch)?(?:_async)?!?|get|post|channels|channel_info|channel_users|send_to_user|batch|
                 send_sync)[( \n]/x
  # Shows an event that the gem refuses to send.
  refused = /Float::NAN|max_event_bytes/
  examples = Documents.names.flat_map { |name| Documents.examples(name) } +
             Documents.sources.flat_map { |name| Documents.source_examples(name) }

  let(:app) { ChannelsApi::App.new(id: "123456", key: "278d425bdf160c739803", secret: "7ad3773142a6692b25b8") }
  let(:service) { start_endpoint(app:) }
  let(:webhook_request) do
    body = JSON.generate(time_ms: 1, events: [{ name: "channel_occupied", channel: "my-channel" }])
    { key: app.key, body:, signature: OpenSSL::HMAC.hexdigest("SHA256", app.secret, body) }
  end

  around { |example| AsyncRequests.restoring_settings { example.run } }

  let(:master_key) { ["k" * 32].pack("m0") }

  before { ENV.update("PUSHER_URL" => service.url, "PUSHER_MASTER_KEY" => master_key) }

  # A binding with the variables that the examples use.
  def place
    given = { pusher: Pusher::Client.from_env, socket_id: "1234.5678", request: webhook_request,
              ca_file: certificates.pem_file }
    given.each_with_object(binding) { |(name, value), place| place.local_variable_set(name, value) }
  end

  # Replaces the clusters of the service by this endpoint.
  def directed(code)
    code.gsub(/cluster: "eu"/, "host: '#{service.host}', port: #{service.port}, use_tls: false")
        .gsub(/^Pusher\.cluster = "eu"/, "Pusher.url = '#{service.url}'")
  end

  # Runs the block silently and returns what it writes to standard error.
  def warnings_of
    before = [$stdout, $stderr]
    $stdout = StringIO.new
    $stderr = StringIO.new
    yield
    $stderr.string
  ensure
    $stdout, $stderr = before
  end

  # The output of code in a separate process: libraries such as Rails change the JSON of objects.
  def output_of(code, before: "", after: "")
    finished = run_ruby([before, "pusher = Pusher.default_client", code, after].join("\n"), url: service.url)
    expect(finished).to have_attributes(errors: "", status: be_success)
    finished.output
  end

  kinds = {
    syntax: /RSpec\.describe|< Minitest::Test|have_triggered|publish_event|< ActionController::Base|TriggerJob/,
    rails: /< ApplicationController/,
    notifications: /ActiveSupport::Notifications/, test_mode: %r{"pusher/testing"}, gemfile: /\A# Gemfile$/,
    rack: /\A# config\.ru$/
  }
  by_kind = examples.reject(&:elsewhere?).group_by do |example|
    kind = kinds.find { |_, pattern| pattern.match?(example.code) }&.first
    kind || (example.document == "README.md" ? :whole_file : :plain)
  end

  # A newcomer copies them into an empty file.
  by_kind.fetch(:whole_file).each do |example|
    it "run as a program, at #{example}" do
      environment = { "PUSHER_URL" => service.url, "PUSHER_MASTER_KEY" => master_key }
      program = [RbConfig.ruby, "-W", "-I", File.join(Documents::ROOT, "lib"), "-"]
      _, errors, status = Open3.capture3(environment, *program, stdin_data: directed(example.code))
      expect([errors, status.success?]).to eq(["", true])
      expect(service.requests.any?).to be(true)
      expect(service.refusals).to be_empty
    end
  end

  by_kind.fetch(:plain).each do |example|
    it "run without warnings and send what they say, at #{example}" do
      code = directed(example.checked)
      warnings = warnings_of { place.eval(code, "#{Documents::ROOT}/#{example.document}", example.line) }
      expect(warnings).to eq("") unless example.code.match?(/\bwarn\b/)
      expect(warnings).not_to include("warning:")
      expect(service.requests.any?).to be(example.code.match?(request) && !example.code.match?(refused))
      expect(service.refusals).to be_empty
    end
  end

  by_kind.fetch(:rails, []).each do |example|
    it "run in Rails, at #{example}" do
      output = output_of(example.code, before: <<~RUBY, after: <<~'RUBY')
        require "action_controller"
        class ApplicationController < ActionController::API
          def current_user = Struct.new(:id, :name).new(1, "Ann")
        end
      RUBY
        environment = Rack::MockRequest.env_for("/auth", method: "POST",
                                                params: { channel_name: "presence-room", socket_id: "1.1" })
        status, _, body = PusherController.action(:auth).call(environment)
        puts status, body.body
      RUBY
      expect(output).to match(/\A200\n{"auth":"#{app.key}:\h{64}","channel_data":".*Ann/)
    end
  end

  by_kind.fetch(:notifications, []).each do |example|
    it "run with ActiveSupport's notifications, at #{example}" do
      before = "require 'active_support'\nrequire 'active_support/notifications'"
      output = output_of(example.code, before:, after: "Pusher.trigger('my-channel', 'my-event', '')")
      expect(output).to start_with("/apps/123456/events")
    end
  end

  by_kind.fetch(:test_mode, []).each do |example|
    it "run in the test mode and send nothing, at #{example}" do
      expect(example.checked).not_to eq(example.code)
      output_of(example.checked)
      expect(service.requests).to be_empty
    end
  end

  # Parts of test suites and of Rails applications. Other specs run such files as a whole.
  by_kind.fetch(:syntax, []).each do |example|
    it "are valid Ruby, at #{example}" do
      expect(RubyVM::InstructionSequence.compile(example.code)).to be_a(RubyVM::InstructionSequence)
    end
  end

  by_kind.fetch(:gemfile, []).each do |example|
    it "can be read by Bundler, at #{example}" do
      require "bundler"
      bundle = Bundler::Dsl.new
      bundle.instance_eval(example.code, "Gemfile", 1)
      expect(bundle.dependencies.map(&:name)).to include("pusher")
    end
  end

  # The two endpoints refuse what is not a POST.
  by_kind.fetch(:rack, []).each do |example|
    it "are served by Rack, at #{example}" do
      Pusher.logger = Logger.new(IO::NULL)
      served = Rack::Builder.app { instance_eval(example.code, "config.ru", 1) }
      expect(Rack::MockRequest.new(served).get("/").status).to eq(405)
      expect(Rack::MockRequest.new(served).post("/", input: "{}").status).to be_between(400, 415)
    end
  end

  it "are many" do
    expect(examples.size).to be > 100
  end

  # The public classes and modules, with those inside them.
  def public_types(namespace = Pusher)
    types = namespace.constants.map { |name| namespace.const_get(name) }.grep(Module)
    ours = types.select { |type| type.name&.start_with?("Pusher") }
    ours.flat_map { |type| [type, *public_types(type)] }.uniq
  end

  it "are at the start of the page of each public class" do
    require "pusher/testing"
    require "pusher/authorization"
    require "pusher/webhooks"
    code = Documents.sources.map { |name| Documents.text(name) }.join("\n")
    # Those of the timeouts have the example of their superclass. HTTPClient holds names for old patches.
    names = [Pusher, *public_types].map { |type| type.name.split("::").last } -
            %w[ConnectTimeoutError SendTimeoutError ReceiveTimeoutError ProtocolError Failure HTTPClient Publishing]
    expect(names.size).to be > 20
    without = names.reject do |name|
      code.match?(/^( *)# @example.*\n(?:\1#.*\n)+\1(?:class|module) #{name}\b/)
    end
    expect(without).to be_empty
  end

  # yard shows the last comment that it finds.
  it "are on the page of the client, whose other files have no comment in front of the class" do
    files = Documents.sources.select { |name| Documents.text(name).match?(/^ *#.*\n  class Client\n/) }
    expect(files).to contain_exactly("lib/pusher/client.rb")
  end

  it "are preceded by the documentation of each delegated method" do
    source = Documents.text("lib/pusher.rb")
    delegated = Pusher.singleton_class.public_instance_methods(false).select do |name|
      Pusher.method(name).source_location.first.end_with?("forwardable.rb")
    end
    names = delegated.map { |name| name.to_s.delete_suffix("=") }.uniq - ["[]"]
    expect(names.size).to be > 30
    expect(names.reject { |name| source.match?(/# @!(method|attribute \[r?w\]) #{name}\b/) }).to be_empty
  end

  describe "that another spec runs" do
    Documents::ELSEWHERE.each do |document, specs|
      specs.each do |spec, headings|
        headings.each do |heading|
          it "are in #{document}, #{heading}, and are named in #{spec}" do
            expect(Documents.section(document, heading)).not_to be_empty
            text = File.read(File.join(Documents::ROOT, spec))
            expect(text).to include(document, heading.inspect).or include(document, "(#{heading.inspect}")
          end
        end
      end
    end
  end
end
