# frozen_string_literal: true

require "spec_helper"
require "async"
require "open3"
require "rbconfig"
require "securerandom"

# Every Ruby example of the README, run against an endpoint on loopback in the place of the service. Those on testing
# load libraries that change all others: they are run beside the specs of these.
RSpec.describe "README.md" do
  readme = File.expand_path("../../../README.md", __dir__)
  text = File.read(readme).sub(/^## Testing$.*?(?=^## )/m) { |chapter| "\n" * chapter.count("\n") }
  examples = text.to_enum(:scan, /^```ruby\n(.*?)^```$/m).map do
    [Regexp.last_match(1), Regexp.last_match.pre_match.count("\n") + 2]
  end

  let(:app) { ChannelsApi::App.new(id: "123456", key: "278d425bdf160c739803", secret: "7ad3773142a6692b25b8") }
  let(:service) { start_endpoint(app:) }
  let(:webhook_request) do
    body = JSON.generate(time_ms: 1, events: [{ name: "channel_occupied", channel: "my-channel" }])
    { key: app.key, body:, signature: OpenSSL::HMAC.hexdigest("SHA256", app.secret, body) }
  end

  # What the examples take as given.
  def place
    given = { pusher: Pusher::Client.from_env, socket_id: "1234.5678", request: webhook_request,
              ca_file: certificates.pem_file }
    given.each_with_object(binding) { |(name, value), place| place.local_variable_set(name, value) }
  end

  # The service itself is out of reach: its clusters are this endpoint.
  def directed(code)
    code.gsub(/cluster: "eu"/, "host: '#{service.host}', port: #{service.port}, use_tls: false")
        .gsub(/^Pusher\.cluster = "eu"/, "Pusher.url = '#{service.url}'")
  end

  # Rails changes how objects look as JSON: what needs it has a process of its own.
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

  before { ENV["PUSHER_URL"] = service.url }
  after { Pusher.on_async_error = nil }

  # So does ActiveSupport.
  def run_with_notifications(code)
    lib = File.expand_path("../../../lib", __dir__)
    Open3.capture2e(RbConfig.ruby, "-I", lib, "-r", "active_support", "-r", "active_support/notifications",
                    "-r", "pusher", "-e", "#{code}\nPusher.trigger('my-channel', 'my-event', '')")
  end

  rails, others = examples.partition { |code, _| code.include?("ApplicationController") }
  notified, plain = others.partition { |code, _| code.include?("ActiveSupport::Notifications") }

  plain.each do |code, line|
    it "runs what stands at line #{line}" do
      expect { place.eval(directed(code), readme, line) }.to output(/.*/).to_stdout.and output(/.*/).to_stderr
      expect(service.refusals).to be_empty
    end
  end

  rails.each do |code, line|
    it "runs what stands at line #{line} in Rails" do
      output, = run_in_rails(code)
      expect(output).to match(/\A200\n{"auth":"#{app.key}:\h{64}","channel_data":".*Ann/)
    end
  end

  notified.each do |code, line|
    it "runs what stands at line #{line} with ActiveSupport's notifications" do
      output, status = run_with_notifications(code)
      expect(output).to start_with("/apps/123456/events")
      expect(status).to be_success
    end
  end

  it "has examples" do
    expect(examples.size).to be >= 15
  end
end
