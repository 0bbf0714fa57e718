# frozen_string_literal: true

require "spec_helper"
require_relative "support/signatures"

RSpec.describe Pusher do
  state = %i[scheme host port app_id key secret http_proxy encryption_master_key_base64 cluster max_event_bytes
             retries retry_ambiguous retry_deadline idempotency_key]
  writers = state.map { |name| :"#{name}=" } + %i[
    encrypted= use_tls= url= timeout= connect_timeout= send_timeout= receive_timeout= keep_alive_timeout=
  ]
  methods = %i[
    authentication_token url get get_async post post_async channels channel_info channel_users trigger trigger_async
    trigger_batch trigger_batch_async batch authenticate authenticate_user webhook channel [] send_to_user
    terminate_user_connections send_to_user_async terminate_user_connections_async trigger_later trigger_batch_later
    later
  ]
  delegated = state + writers + methods

  it "has the documented methods and no others" do
    own = %i[default_client logger logger= instrumenter instrumenter= async_threads async_threads= async_queue_size
             async_queue_size= async_exit_timeout async_exit_timeout= async_batch_size async_batch_size=
             async_batch_wait async_batch_wait= on_async_error on_async_error= flush notify use remove excluding
             excluded_socket_id register_client trigger_job trigger_job=]
    expect(Signatures.own_singleton_methods(described_class)).to match_array(delegated + own)
  end

  # Any client: what it is called with is what the example compares.
  def recording_client(calls)
    Class.new(BasicObject) do
      define_method(:method_missing) do |*call|
        calls << call
        :result
      end
      def respond_to_missing?(*) = true
    end.new
  end

  def arguments_of(name)
    return [:value] if name.end_with?("=")

    Pusher::Client.instance_method(name).parameters.flat_map do |kind, parameter|
      kind == :rest ? %i[first second] : [parameter]
    end
  end

  it "delegates to the default client and returns its result" do
    calls = []
    described_class.instance_variable_set(:@default_client, recording_client(calls))
    expected = delegated.map { |name| [name, *arguments_of(name)] }
    results = expected.map { |name, *arguments| described_class.public_send(name, *arguments) }
    expect(calls).to eq(expected)
    expect(results - %i[result]).to be_empty
  end

  it "delegates every public method of the client that makes sense without an object" do
    objects_only = %i[em_http_client encrypted? encryption_master_key encryption_master_key= proxy resource
                      sync_http_client validate_socket_id _authentication_string use remove as_json]
    expect(Signatures.own_methods(Pusher::Client) - delegated).to match_array(objects_only)
  end

  it "Fix: raises an error that explains the removal of push notifications, for any arguments" do
    [[], [["donuts"], { fcm: {} }]].each do |arguments|
      expect { described_class.notify(*arguments) }.to raise_error(Pusher::Error, /push notifications/i)
    end
  end
end
