# frozen_string_literal: true

# The configuration of a client: plain state in instance variables, read at each call.

require "base64"
require "uri"
require_relative "../api_server"
require_relative "../errors"
require_relative "../http/client"
require_relative "../main_ractor"
require_relative "../native"
require_relative "../signature"
require_relative "../url_parser"

module Pusher
  class Client
    # Seconds for name resolution, TCP and TLS handshake together.
    DEFAULT_CONNECT_TIMEOUT = 5
    # Seconds for sending a request.
    DEFAULT_SEND_TIMEOUT = 5
    # Seconds for receiving a complete reply.
    DEFAULT_RECEIVE_TIMEOUT = 5
    # Seconds after which an idle connection is closed.
    DEFAULT_KEEP_ALIVE_TIMEOUT = 30
    # The cluster used by default.
    DEFAULT_CLUSTER = "mt1"

    # @return [String]
    attr_accessor :scheme
    # @return [String]
    attr_accessor :host
    # @return [Integer, String]
    attr_accessor :port
    # @return [String, nil]
    attr_accessor :app_id
    # @return [String, nil]
    attr_accessor :key
    # @return [String, nil]
    attr_accessor :secret
    # @return [String, nil] the bytes of the master key of encrypted channels
    attr_accessor :encryption_master_key
    # @return [Integer, nil] the maximum size of an event's data in bytes, checked before sending; nil for no check. The
    #   limit of the service is 10,240.
    attr_accessor :max_event_bytes

    # @return [String, nil] the url of the proxy, as it was set
    attr_reader :http_proxy
    # @return [Hash, nil] the parts of this url: `:scheme`, `:host`, `:port`, `:user`, `:password`; the last two decoded
    attr_reader :proxy
    # @return [String, nil] the name of the cluster, as it was set last
    attr_reader :cluster

    # Seconds for name resolution, TCP and TLS handshake together; nil or 0 for no timeout. The next request raises an
    # ArgumentError for anything else, as for the three timeouts below.
    attr_writer :connect_timeout
    # Seconds for sending a request; nil or 0 for no timeout.
    attr_writer :send_timeout
    # Seconds for receiving a complete reply; nil or 0 for no timeout.
    attr_writer :receive_timeout
    # Seconds after which an idle connection is closed; nil keeps it until the server closes it, 0 closes it at once.
    attr_writer :keep_alive_timeout

    # Creates a client from the url in an environment variable.
    #
    # @example
    #   pusher = Pusher::Client.from_env # PUSHER_URL
    #
    # @param key [String] the name of the variable
    # @return [Client]
    # @raise [ConfigurationError] if it is not set
    def self.from_env(key = "PUSHER_URL")
      url = ENV.fetch(key) { raise ConfigurationError, key }
      from_url(url)
    end

    # Creates a client from a url.
    #
    # @example
    #   pusher = Pusher::Client.from_url("https://my-key:my-secret@api-eu.pusher.com/apps/123456")
    #
    # @param url [String] `scheme://KEY:SECRET@HOST[:PORT]/apps/APP_ID`
    # @return [Client]
    # @raise [URI::InvalidURIError]
    def self.from_url(url)
      client = new
      client.url = url
      client
    end

    # @param options [Hash] `:app_id`, `:key`, `:secret`; `:cluster` or `:host`; `:port`, `:use_tls` (true);
    #   `:encryption_master_key_base64`, `:http_proxy`, `:max_event_bytes`; `:timeout`, `:connect_timeout`,
    #   `:send_timeout`, `:receive_timeout` and `:keep_alive_timeout` in seconds; `:retries`, `:retry_ambiguous`,
    #   `:retry_deadline` and `:idempotency_key`. Other keys are ignored.
    # @raise [ArgumentError, ConfigurationError] for an invalid master key
    # @raise [URI::InvalidURIError] for an invalid url of a proxy
    # @raise [Error] in a Ractor other than the main one
    def initialize(options = {})
      Internal::MainRactor.check
      Internal::HTTP::Middleware.load_integrations
      # Settings objects that are no Object, such as those of the gem hashr, answer `key?` like an entry of that name.
      options = options.to_hash unless ::Object === options # rubocop:disable Style/CaseEquality -- no other method works
      configure_app(options)
      configure_server(options)
      configure_timeouts(options)
      configure_retries(options)
      self.encryption_master_key_base64 = options[:encryption_master_key_base64]
      self.http_proxy = options[:http_proxy] if options[:http_proxy]
    end

    # Copies the settings. The copy opens its own connections.
    def initialize_copy(original)
      super
      return unless @sync_http_client.is_a?(Internal::HTTP::Client)

      @sync_http_client = @sync_http_client.dup
      @sync_http_client.__send__(:client=, self)
    end

    # @return [Signature::Token] key and secret
    # @raise [ConfigurationError] if one of them is missing, or the key contains a line break or NUL
    def authentication_token
      raise ConfigurationError, :key unless @key
      raise ConfigurationError, :secret unless @secret
      return Signature::Token.new(@key, @secret) if Internal::Native.single_line?(@key.to_s)

      raise ConfigurationError.new(:key, "the key contains a line break or NUL")
    end

    # @param path [String, nil] below `/apps/APP_ID`
    # @return [URI::Generic] the url of a resource
    # @raise [ConfigurationError] without an app_id
    # @raise [URI::InvalidComponentError] for an invalid host, port or path
    def url(path = nil)
      raise ConfigurationError, :app_id unless @app_id

      port = @port unless @port.is_a?(::String) && @port.empty?
      Internal::ApiServer.for(@scheme, @host, port).url(@app_id, path)
    end

    # @param url [String] `scheme://KEY:SECRET@HOST[:PORT]/apps/APP_ID`
    # @raise [URI::InvalidURIError] with the credentials masked
    def url=(url)
      uri = Internal::UrlParser.api_url(url)
      @app_id = uri.path.split("/").last
      @key = uri.user
      @secret = uri.password
      @scheme = uri.scheme
      @host = uri.host
      @port = uri.port
    end

    # @param url [String, nil] the url of an http proxy; nil uses the proxy of the environment, `""` uses none
    # @raise [URI::InvalidURIError] with the credentials masked
    def http_proxy=(url)
      @proxy = url.to_s.empty? ? nil : proxy_parts(Internal::UrlParser.proxy_url(url))
      @http_proxy = url
    end

    # @param bool [Boolean] true for https on port 443, false for http on port 80
    def use_tls=(bool)
      @scheme = bool ? "https" : "http"
      @port = bool ? 443 : 80
    end
    alias encrypted= use_tls=

    # @return [Boolean] whether connections use TLS
    def encrypted?
      @scheme == "https"
    end

    # Sets the host, too.
    #
    # @param name [String, Symbol, nil] nil, false and `""` select the default
    def cluster=(name)
      @cluster = name ? name.to_s : nil
      @host = "api-#{@cluster.to_s.empty? ? DEFAULT_CLUSTER : @cluster}.pusher.com"
    end

    # @param value [Numeric, nil] seconds for each of the connect, send and receive timeouts
    def timeout=(value)
      @connect_timeout = @send_timeout = @receive_timeout = value
    end

    # @param s [String, nil] 32 bytes in strict base64; nil, false and `""` remove the key
    # @raise [ArgumentError] for invalid base64
    # @raise [TypeError] for an object that is not a String
    # @raise [ConfigurationError] for a key of another length
    def encryption_master_key_base64=(s) # rubocop:disable Naming/MethodParameterName -- the documented name
      is_none = !s || s == ""
      # The message does not show the key.
      raise TypeError, "the encryption master key must be a String in strict base64" unless is_none || s.is_a?(String)

      @encryption_master_key = is_none ? nil : Internal::Native.decode_master_key(s)
    rescue ArgumentError
      raise ArgumentError, "invalid base64: the encryption master key is 32 bytes in strict base64, which are " \
                           "44 characters in one line"
    end

    # @return [String, nil] the master key in strict base64
    def encryption_master_key_base64
      ::Base64.strict_encode64(@encryption_master_key) if @encryption_master_key
    end

    private

    # Omits the HTTP client, which has open connections, and the middleware. The loaded client creates a new HTTP client
    # with its own settings, so settings that were made on `sync_http_client` are lost.
    def marshal_dump
      names = instance_variables - [:@registered_middleware]
      names.delete(:@sync_http_client) if @sync_http_client.is_a?(Internal::HTTP::Client)
      names.to_h { |name| [name, instance_variable_get(name)] }
    end

    def marshal_load(variables)
      variables.each { |name, value| instance_variable_set(name, value) }
    end

    def configure_app(options)
      # The message does not show the argument: it may be a url with a secret.
      unless options.respond_to?(:key?)
        raise ArgumentError, "the options of a client must be a Hash; for a url use Pusher::Client.from_url"
      end

      @app_id = options[:app_id]
      @key = options[:key]
      @secret = options[:secret]
      @max_event_bytes = options[:max_event_bytes]
    end

    def configure_server(options)
      warn_of_encrypted if options.key?(:encrypted)
      self.use_tls = options[:use_tls] != false && options[:encrypted] != false
      self.cluster = options[:cluster]
      @host = options[:host] if options[:host]
      @port = options[:port] if options[:port]
    end

    def configure_timeouts(options)
      timeouts = {
        connect_timeout: DEFAULT_CONNECT_TIMEOUT, send_timeout: DEFAULT_SEND_TIMEOUT,
        receive_timeout: DEFAULT_RECEIVE_TIMEOUT
      }
      timeouts.each do |name, default|
        instance_variable_set("@#{name}", option(options, name) { option(options, :timeout) { default } })
      end
      @keep_alive_timeout = option(options, :keep_alive_timeout) { DEFAULT_KEEP_ALIVE_TIMEOUT }
    end

    def option(options, name)
      options.key?(name) ? options[name] : yield
    end

    def warn_of_encrypted
      warn "[DEPRECATION] `encrypted` is deprecated and will be removed in the next major version. " \
           "Use `use_tls` instead."
    end

    def proxy_parts(uri)
      { scheme: uri.scheme, host: uri.host, port: uri.port, user: decode(uri.user), password: decode(uri.password) }
    end

    def decode(text)
      text&.b&.gsub(/%\h\h/) { |code| code[1, 2].hex.chr }&.force_encoding(Encoding::UTF_8)
    end
  end
end
