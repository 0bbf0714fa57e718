# frozen_string_literal: true

require "compatibility_helper"

# Verifying doubles check calls against these parameters.
RSpec.describe "The parameter list of" do
  def kinds(method)
    method.parameters.map(&:first)
  end

  client = {
    url: %i[opt], resource: %i[req], sync_http_client: [], em_http_client: %i[req], authentication_token: [],
    get: %i[req opt], get_async: %i[req opt], post: %i[req opt], post_async: %i[req opt],
    webhook: %i[req], channel: %i[req], "[]": %i[req],
    channels: %i[opt], channel_info: %i[req opt], channel_users: %i[req opt],
    trigger: %i[req req req opt], trigger_async: %i[req req req opt],
    trigger_batch: %i[rest], trigger_batch_async: %i[rest],
    authenticate: %i[req req opt], authenticate_user: %i[req req], encrypted?: []
  }
  channel = {
    trigger!: %i[req req opt], trigger: %i[req req opt], trigger_async: %i[req req opt],
    info: %i[opt], users: %i[opt], authentication_string: %i[req opt], authenticate: %i[req opt],
    shared_secret: %i[req]
  }
  resource = { get: %i[req], get_async: %i[req], post: %i[req], post_async: %i[req] }
  request = { send_sync: [], send_async: [] }
  webhook = { valid?: %i[opt], events: [], time: [], data: [] }

  { Pusher::Client => client, Pusher::Channel => channel, Pusher::Resource => resource, Pusher::Request => request,
    Pusher::WebHook => webhook }.each do |owner, methods|
    methods.each do |name, expected|
      it "#{owner}##{name} is (#{expected.join(", ")})" do
        expect(kinds(owner.instance_method(name))).to eq(expected)
      end
    end
  end

  { Pusher::Client => -1, Pusher::Channel => -3, Pusher::WebHook => -2, Pusher::Resource => 2, Pusher::Request => -5,
    Pusher::Signature::Token => 2, Pusher::Signature::Request => 3 }.each do |owner, arity|
    it "#{owner}.new has the arity #{arity}" do
      expect(owner.instance_method(:initialize).arity).to eq(arity)
    end
  end

  { from_env: -1, from_url: 1 }.each do |name, arity|
    it "Pusher::Client.#{name} has the arity #{arity}" do
      expect(Pusher::Client.method(name).arity).to eq(arity)
    end
  end
end
