# frozen_string_literal: true

require "spec_helper"
require "async"
require "open3"
require "rbconfig"
require "securerandom"
require_relative "../../support/async/requests"

# Every Ruby example of the README and of docs/publishing.md, run against an endpoint on loopback in place of the
# service. The examples of the section on testing run with the specs of the libraries that they need.
RSpec.describe "README.md" do
  request = /\b(?:trigger(?:_batch)?(?:_async)?!?|get|post|channels|channel_info|send_to_user)\(/
  root = File.expand_path("../../..", __dir__)
  examples = %w[README.md docs/publishing.md].flat_map do |document|
    text = File.read("#{root}/#{document}").sub(/^## Testing$.*?(?=^## )/m) { |chapter| "\n" * chapter.count("\n") }
    text.to_enum(:scan, /^```ruby\n(.*?)^```$/m).map do
      [Regexp.last_match(1), Regexp.last_match.pre_match.count("\n") + 2, document]
    end
  end

  let(:app) { ChannelsApi::App.new(id: "123456", key: "278d425bdf160c739803", secret: "7ad3773142a6692b25b8") }
  let(:service) { start_endpoint(app:) }
  let(:webhook_request) do
    body = JSON.generate(time_ms: 1, events: [{ name: "channel_occupied", channel: "my-channel" }])
    { key: app.key, body:, signature: OpenSSL::HMAC.hexdigest("SHA256", app.secret, body) }
  end

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

  # In a separate process: Rails changes the JSON of objects.
  def run_in_rails(code)
    lib = File.expand_path("../../../lib", __dir__)
    Open3.capture2e(RbConfig.ruby, "-I", lib, "-r", "action_controller", "-r", "pusher", "-e", <<~RUBY)
      class ApplicationController < ActionController::API
        def current_user = Struct.new(:id, :name).new(1, "Ann")
      end
      #{code}
      environment = Rack::MockRequest.env_for("/auth", method: "POST",
                                              params: { channel_name: "presence-room", socket_id: "1.1" })
      status, _, body = PusherController.action(:auth).call(environment)
      puts status, body.body
    RUBY
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

  around { |example| AsyncRequests.restoring_settings { example.run } }

  before { ENV["PUSHER_URL"] = service.url }

  # In a separate process, like Rails.
  def run_with_notifications(code)
    lib = File.expand_path("../../../lib", __dir__)
    Open3.capture2e(RbConfig.ruby, "-I", lib, "-r", "active_support", "-r", "active_support/notifications",
                    "-r", "pusher", "-e", "#{code}\nPusher.trigger('my-channel', 'my-event', '')")
  end

  rails, others = examples.partition { |code, _| code.include?("ApplicationController") }
  notified, plain = others.partition { |code, _| code.include?("ActiveSupport::Notifications") }

  plain.each do |code, line, document|
    it "has an example at line #{line} of #{document} that runs without warnings and sends what it says" do
      warnings = warnings_of { place.eval(directed(code), "#{root}/#{document}", line) }
      expect(warnings).to eq("")
      expect(service.requests.any?).to be(code.match?(request))
      expect(service.refusals).to be_empty
    end
  end

  rails.each do |code, line|
    it "has an example at line #{line} that runs in Rails" do
      output, = run_in_rails(code)
      expect(output).to match(/\A200\n{"auth":"#{app.key}:\h{64}","channel_data":".*Ann/)
    end
  end

  notified.each do |code, line|
    it "has an example at line #{line} that runs with ActiveSupport's notifications" do
      output, status = run_with_notifications(code)
      expect(output).to start_with("/apps/123456/events")
      expect(status).to be_success
    end
  end

  it "has at least 15 examples" do
    expect(examples.size).to be >= 15
  end
end
