# frozen_string_literal: true

require "spec_helper"
require_relative "support/signatures"

# The public surface, name by name. A method that comes or goes must be written down here first.
RSpec.describe "The public surface" do
  client_accessors = %i[scheme host port app_id key secret encryption_master_key max_event_bytes]
  client_readers = %i[http_proxy proxy cluster encryption_master_key_base64]
  client_writers = %i[connect_timeout= send_timeout= receive_timeout= keep_alive_timeout=]
  client_methods = {
    "timeout=" => "value",
    "http_proxy=" => "url",
    "url=" => "url",
    "encrypted=" => "bool",
    "use_tls=" => "bool",
    "encrypted?" => "",
    "cluster=" => "name",
    "encryption_master_key_base64=" => "s",
    "authentication_token" => "",
    "url" => "path = nil",
    "resource" => "path",
    "sync_http_client" => "",
    "em_http_client" => "uri",
    "get" => "path, params = {}",
    "post" => "path, params = {}",
    "webhook" => "request",
    "channel" => "channel_name",
    "[]" => "channel_name",
    "channels" => "params = {}",
    "channel_info" => "channel_name, params = {}",
    "channel_users" => "channel_name, params = {}",
    "trigger" => "channels, event_name, data, params = {}",
    "trigger_batch" => "*events",
    "authenticate" => "channel_name, socket_id, custom_data = nil",
    "authenticate_user" => "socket_id, user_data",
    "send_to_user" => "user_id, event_name, data",
    "terminate_user_connections" => "user_id"
  }
  client_async = {
    "get_async" => "path, params = {}",
    "post_async" => "path, params = {}",
    "trigger_async" => "channels, event_name, data, params = {}",
    "trigger_batch_async" => "*events"
  }
  utils = %i[validate_socket_id _authentication_string]

  channel_methods = {
    "trigger!" => "event_name, data, socket_id = nil",
    "trigger" => "event_name, data, socket_id = nil",
    "info" => "attributes = []",
    "users" => "params = {}",
    "authentication_string" => "socket_id, custom_string = nil",
    "authenticate" => "socket_id, custom_data = nil",
    "shared_secret" => "encryption_master_key"
  }

  delegated_state = %i[scheme host port app_id key secret http_proxy encryption_master_key_base64 cluster
                       max_event_bytes]
  delegated_writers = delegated_state.map { |name| :"#{name}=" } + %i[
    encrypted= use_tls= url= timeout= connect_timeout= send_timeout= receive_timeout= keep_alive_timeout=
  ]
  delegated_methods = %i[
    authentication_token url get post channels channel_info channel_users trigger trigger_batch authenticate
    authenticate_user webhook channel [] send_to_user terminate_user_connections
  ]
  delegated = delegated_state + delegated_writers + delegated_methods
  delegated_async = %i[get_async post_async trigger_async trigger_batch_async]

  def own_methods(type)
    type.public_instance_methods - Object.public_instance_methods
  end

  # Without what every class has, Ruby's hooks and what other libraries gave to all of them included.
  def own_singleton_methods(object)
    object.singleton_methods - Class.instance_methods - Class.private_instance_methods - Object.singleton_methods
  end

  describe "Pusher::Client" do
    it "is an ordinary class right under Object" do
      expect(Pusher::Client).to be_a(Class).and have_attributes(superclass: Object)
    end

    it "has the documented methods and no others" do
      documented = client_methods.keys.map(&:to_sym) + client_accessors + client_accessors.map { |name| :"#{name}=" } +
                   client_readers + client_writers + utils
      expect(own_methods(Pusher::Client) - client_async.keys.map(&:to_sym)).to match_array(documented)
    end

    client_methods.each do |name, list|
      it "##{name} takes (#{list})" do
        expect(Pusher::Client.instance_method(name).parameters).to eq(Signatures.parameters(list))
      end
    end

    (client_accessors + client_readers).each do |name|
      it "##{name} is a reader" do
        expect(Pusher::Client.instance_method(name).arity).to eq(0)
      end
    end

    (client_accessors.map { |name| :"#{name}=" } + client_writers).each do |name|
      it "##{name} is a writer" do
        expect(Pusher::Client.instance_method(name).arity).to eq(1)
      end
    end

    it "#initialize takes (options = {})" do
      expect(Pusher::Client.instance_method(:initialize).parameters).to eq([%i[opt options]])
    end

    it "has the two documented ways to build one besides new" do
      expect(own_singleton_methods(Pusher::Client)).to contain_exactly(:from_env, :from_url)
      expect(Pusher::Client.method(:from_env).parameters).to eq([%i[opt key]])
      expect(Pusher::Client.method(:from_url).parameters).to eq([%i[req url]])
    end

    it "has the documented constants and no others" do
      constants = Pusher::Client.constants(false).to_h { |name| [name, Pusher::Client.const_get(name)] }
      expect(constants).to eq(DEFAULT_CONNECT_TIMEOUT: 5, DEFAULT_SEND_TIMEOUT: 5, DEFAULT_RECEIVE_TIMEOUT: 5,
                              DEFAULT_KEEP_ALIVE_TIMEOUT: 30, DEFAULT_CLUSTER: "mt1")
    end
  end

  describe "Pusher::Channel" do
    it "has the documented methods and no others" do
      documented = channel_methods.keys.map(&:to_sym) + [:name] + utils
      expect(own_methods(Pusher::Channel) - [:trigger_async]).to match_array(documented)
    end

    channel_methods.each do |name, list|
      it "##{name} takes (#{list})" do
        expect(Pusher::Channel.instance_method(name).parameters).to eq(Signatures.parameters(list))
      end
    end

    it "#initialize takes (_, name, client = Pusher)" do
      expect(Pusher::Channel.instance_method(:initialize).parameters).to eq([%i[req _], %i[req name], %i[opt client]])
    end

    it "publishes through the module when it is given no client" do
      channel = Pusher::Channel.new(nil, "news")
      allow(Pusher).to receive(:trigger).and_return({ ok: true })
      expect(channel.trigger!("event", "data")).to eq({ ok: true })
    end

    it "has the pattern of illegal names as its only constant" do
      constants = Pusher::Channel.constants(false).to_h { |name| [name, Pusher::Channel.const_get(name)] }
      expect(constants).to eq(INVALID_CHANNEL_REGEX: /[^A-Za-z0-9_\-=@,.;]/)
    end
  end

  describe "Pusher::WebHook" do
    it "has the documented methods and no others" do
      expect(own_methods(Pusher::WebHook)).to match_array(%i[key signature valid? events time data])
    end

    it "takes (request, client = Pusher) and valid? takes (extra_tokens = nil)" do
      expect(Pusher::WebHook.instance_method(:initialize).parameters).to eq([%i[req request], %i[opt client]])
      expect(Pusher::WebHook.instance_method(:valid?).parameters).to eq([%i[opt extra_tokens]])
    end
  end

  describe "Pusher::Resource and Pusher::Request" do
    it "Resource has the documented methods and no others, each with one required argument" do
      methods = own_methods(Pusher::Resource) - %i[get_async post_async]
      expect(methods).to match_array(%i[get post])
      expect(methods.map { |name| Pusher::Resource.instance_method(name).arity }).to eq([1, 1])
    end

    it "Resource.new takes (client, path)" do
      expect(Pusher::Resource.instance_method(:initialize).parameters).to eq([%i[req client], %i[req path]])
    end

    it "Request has the documented methods and no others" do
      expect(own_methods(Pusher::Request) - [:send_async]).to match_array(%i[body params send_sync])
    end

    it "Request.new takes (client, verb, uri, params, body = nil)" do
      list = "client, verb, uri, params, body = nil"
      expect(Pusher::Request.instance_method(:initialize).parameters).to eq(Signatures.parameters(list))
    end
  end

  describe "Pusher::Utils" do
    it "is a module that Client and Channel share" do
      expect(Pusher::Client.include?(Pusher::Utils)).to be(true)
      expect(Pusher::Channel.include?(Pusher::Utils)).to be(true)
    end

    it "has two public methods" do
      expect(Pusher::Utils.public_instance_methods).to match_array(utils)
      expect(Pusher::Utils.instance_method(:validate_socket_id).arity).to eq(1)
      expect(Pusher::Utils.instance_method(:_authentication_string).arity).to eq(-4)
    end
  end

  describe "Pusher::Signature" do
    it "Token has the documented methods and no others" do
      expect(own_methods(Pusher::Signature::Token)).to match_array(%i[key secret sign])
      expect(Pusher::Signature::Token.instance_method(:initialize).parameters).to eq([%i[req key], %i[req secret]])
      expect(Pusher::Signature::Token.instance_method(:sign).arity).to eq(1)
    end

    it "Request has the documented methods and no others" do
      expect(own_methods(Pusher::Signature::Request) - [:authenticate_async]).to match_array(
        %i[sign signed_params auth_hash path path= query_hash query_hash=
           authenticate_by_token! authenticate_by_token authenticate]
      )
    end

    {
      "sign" => "token",
      "authenticate_by_token!" => "token, timestamp_grace = 600",
      "authenticate_by_token" => "token, timestamp_grace = 600",
      "authenticate" => "timestamp_grace = 600"
    }.each do |name, list|
      it "Request##{name} takes (#{list})" do
        parameters = Pusher::Signature::Request.instance_method(name).parameters
        expect(parameters.reject { |parameter| parameter.first == :block }).to eq(Signatures.parameters(list))
      end
    end

    it "Request.new takes three arguments" do
      expect(Pusher::Signature::Request.instance_method(:initialize).arity).to eq(3)
    end

    it "Request keeps its string to sign private" do
      expect(Pusher::Signature::Request.private_method_defined?(:string_to_sign)).to be(true)
    end
  end

  describe "the errors" do
    {
      "Error" => "RuntimeError", "AuthenticationError" => "Pusher::Error", "ConfigurationError" => "Pusher::Error",
      "HTTPError" => "Pusher::Error", "PayloadTooLargeError" => "Pusher::Error",
      "Signature::AuthenticationError" => "RuntimeError"
    }.each do |name, parent|
      it "Pusher::#{name} is a #{parent}" do
        expect(Pusher.const_get(name).superclass.name).to eq(parent)
      end
    end

    it "has one family under Pusher::Error and no classes besides, but for kinds of ConfigurationError" do
      classes = ObjectSpace.each_object(Class).select { |type| type < Pusher::Error && type.name }
      names = classes.reject { |type| type < Pusher::ConfigurationError }.map(&:name)
      expect(names).to contain_exactly(
        "Pusher::AuthenticationError", "Pusher::ConfigurationError", "Pusher::HTTPError", "Pusher::PayloadTooLargeError"
      )
    end

    it "has timeouts of its own, one each for connect, send and receive" do
      classes = ObjectSpace.each_object(Class).select { |type| type < Timeout::Error && type.name.to_s[/\APusher::/] }
      leaves = classes.reject { |type| classes.any? { |other| other < type } }
      expect(leaves.map(&:name)).to contain_exactly(/connect/i, /send/i, /receive/i)
    end
  end

  describe "the Pusher module" do
    it "has the delegators, the default client, the logger, the instrumenter and nothing else" do
      added = %i[async_threads async_threads= async_queue_size async_queue_size= async_exit_timeout async_exit_timeout=
                 on_async_error on_async_error= flush]
      expect(own_singleton_methods(Pusher) - delegated_async - added).to match_array(
        delegated + %i[notify default_client logger logger= instrumenter instrumenter=]
      )
    end

    (delegated - %i[[]]).each do |name|
      it "hands #{name} to the default client" do
        arguments = delegated_arguments(name)
        client = double("client")
        Pusher.instance_variable_set(:@default_client, client)
        expect(client).to receive(name).with(*(arguments.empty? ? [no_args] : arguments)).and_return(:answer)
        expect(Pusher.public_send(name, *arguments)).to eq(:answer)
      end
    end

    it "hands [] to the default client" do
      client = double("client")
      Pusher.instance_variable_set(:@default_client, client)
      expect(client).to receive(:[]).with("name").and_return(:channel)
      expect(Pusher["name"]).to eq(:channel)
    end

    it "Fix: delegates every public method of the client that makes sense globally" do
      not_global = %i[em_http_client encrypted? encryption_master_key encryption_master_key= proxy resource
                      sync_http_client] + utils
      clients_own = own_methods(Pusher::Client) - client_async.keys.map(&:to_sym)
      expect(clients_own - delegated).to match_array(not_global)
      expect(delegated - clients_own).to be_empty
      expect(delegated - own_singleton_methods(Pusher)).to be_empty
    end

    it "Fix: delegates the readers cluster and encryption_master_key_base64" do
      Pusher.cluster = "eu"
      Pusher.encryption_master_key_base64 = ["k" * 32].pack("m0")
      expect(Pusher.cluster).to eq("eu")
      expect(Pusher.encryption_master_key_base64).to eq(["k" * 32].pack("m0"))
    end

    it "Fix: has use_tls= and authenticate_user" do
      Pusher.key = "key"
      Pusher.secret = "secret"
      Pusher.use_tls = false
      expect(Pusher.scheme).to eq("http")
      expect(Pusher.authenticate_user("1.1", { id: "7" })[:auth]).to start_with("key:")
    end

    it "Fix: notify says that push notifications are gone" do
      expect { Pusher.notify(["donuts"], { fcm: {} }) }.to raise_error(Pusher::Error, /push notifications/i)
    end

    it "Fix: notify says so whatever it is given" do
      expect { Pusher.notify }.to raise_error(Pusher::Error, /push notifications/i)
    end
  end

  def delegated_arguments(name)
    method = Pusher::Client.instance_method(name)
    return [:value] if name.end_with?("=")

    method.parameters.flat_map { |kind, parameter| kind == :rest ? %i[first second] : [parameter] }
  end
end
