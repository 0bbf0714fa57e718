# frozen_string_literal: true

require "spec_helper"
require "action_controller"
require "async"
require "securerandom"

# Every Ruby example of the README, run against an endpoint on loopback in the place of the service.
RSpec.describe "README.md" do
  readme = File.expand_path("../../README.md", __dir__)
  examples = File.read(readme).to_enum(:scan, /^```ruby\n(.*?)^```$/m).map do
    [Regexp.last_match(1), Regexp.last_match.pre_match.count("\n") + 2]
  end

  let(:app) { ChannelsApi::App.new(id: "123456", key: "278d425bdf160c739803", secret: "7ad3773142a6692b25b8") }
  let(:service) { start_endpoint(app:) }
  let(:webhook_request) do
    body = MultiJson.dump(time_ms: 1, events: [{ name: "channel_occupied", channel: "my-channel" }])
    { key: app.key, body:, signature: OpenSSL::HMAC.hexdigest("SHA256", app.secret, body) }
  end

  # What the examples take as given.
  def place
    pusher = Pusher::Client.from_env
    socket_id = "1234.5678"
    request = webhook_request
    ca_file = certificates.pem_file
    binding.tap { [pusher, socket_id, request, ca_file] }
  end

  # The service itself is out of reach: its clusters are this endpoint.
  def directed(code)
    code.gsub(/cluster: "eu"/, "host: '#{service.host}', port: #{service.port}, use_tls: false")
        .gsub(/^Pusher\.cluster = "eu"/, "Pusher.url = '#{service.url}'")
  end

  before do
    ENV["PUSHER_URL"] = service.url
    stub_const("ApplicationController", Class.new(ActionController::API) do
      def current_user = Struct.new(:id, :name).new(1, "Ann")
    end)
  end

  examples.each do |code, line|
    it "runs what stands at line #{line}" do
      expect { place.eval(directed(code), readme, line) }.to output(/.*/).to_stdout.and output(/.*/).to_stderr
      expect(service.refusals).to be_empty
      run_controller(code) if code.include?("class PusherController")
    end
  end

  it "has examples" do
    expect(examples.size).to be >= 15
  end

  def run_controller(code)
    environment = Rack::MockRequest.env_for("/pusher/auth", method: "POST",
                                                            params: { channel_name: "presence-room", socket_id: "1.1" })
    status, _, body = PusherController.action(:auth).call(environment)
    expect(status).to eq(200), code
    expect(MultiJson.load(body.body)).to include("auth" => /\A#{app.key}:\h{64}\z/, "channel_data" => /Ann/)
  end
end
