# frozen_string_literal: true

require "spec_helper"
require "pusher/exclude_socket"
require "rack"

RSpec.describe "Pusher::ExcludeSocket in a Rack application" do
  let(:app) do
    Rack::Builder.app do
      use Rack::Lint
      use Pusher::ExcludeSocket
      use Rack::Lint
      run(lambda do |env|
        Pusher.trigger("news", "created", env["PATH_INFO"])
        Pusher.trigger_async("news", "created", env["PATH_INFO"]).pop
        [204, {}, []]
      end)
    end
  end

  before { Pusher.url = endpoint.url }

  def post(path, **headers)
    Rack::MockRequest.new(app).post(path, headers.transform_keys(&:to_s))
  end

  it "excludes the socket of each request from the events of this request" do
    post("/1", HTTP_X_SOCKET_ID: "1.1")
    post("/2")
    post("/3", HTTP_X_SOCKET_ID: "3.3")
    expect(endpoint.events.map { |event| [event.data, event.socket_id] })
      .to eq([["/1", "1.1"], ["/1", "1.1"], ["/2", nil], ["/2", nil], ["/3", "3.3"], ["/3", "3.3"]])
  end

  it "keeps requests that run at the same time apart" do
    endpoint.hold
    threads = (1..4).map { |number| Thread.new { post("/#{number}", HTTP_X_SOCKET_ID: "#{number}.#{number}") } }
    endpoint.wait_until_in_flight(4)
    endpoint.release
    threads.each(&:join)
    expect(endpoint.events.map { |event| [event.data, event.socket_id] })
      .to match_array((1..4).flat_map { |number| [["/#{number}", "#{number}.#{number}"]] * 2 })
  end
end
