# frozen_string_literal: true

require "openssl"
require "rubygems"
require "uri"
require_relative "check"
require_relative "masking"

module Pusher
  module Internal
    module Doctor
      # Ruby, the native library, the JSON engine, the proxy and the certificates, as this process has them.
      class Environment
        # The variables of the environment that name a proxy, in the order of their precedence.
        PROXIES = { "https" => %w[https_proxy HTTPS_PROXY http_proxy HTTP_PROXY],
                    "http" => %w[http_proxy HTTP_PROXY] }.freeze
        OLDEST_RUBY = Gem::Version.new("3.1")
        private_constant :PROXIES, :OLDEST_RUBY

        # @param env [#[]] the variables of the environment
        # @param scheme [String] of the requests
        # @param host [String] of the requests
        def initialize(env, scheme, host)
          @env = env
          @scheme = scheme
          @host = host
        end

        # @return [Array<Check>]
        def checks
          [ruby, native_library, json_engine, proxy, certificates].compact
        end

        # @return [Boolean] whether the gem can be loaded
        def gem_loads? = native_library.status == :ok

        private

        def ruby
          text = "#{RUBY_ENGINE} #{RUBY_VERSION} on #{RUBY_PLATFORM}"
          return Check.ok("ruby", text) if RUBY_ENGINE == "ruby" && Gem::Version.new(RUBY_VERSION) >= OLDEST_RUBY

          Check.wrong("ruby", text, "The gem needs CRuby 3.1 or newer.")
        end

        def native_library
          @native_library ||= load_gem
        end

        def load_gem
          require "pusher"
          Check.ok("native library", "loaded, of pusher #{VERSION}")
        rescue LoadError => e
          Check.wrong("native library", "cannot be loaded: #{e.message.lines.first.to_s.strip}",
                      "Install the gem for this Ruby and this platform: gem pristine pusher. docs/installation.md " \
                      "lists the platforms.")
        end

        def json_engine
          return unless gem_loads?

          Check.ok("JSON engine", json_engine_name)
        end

        def json_engine_name
          engine = defined?(::MultiJSON.adapter) ? ::MultiJSON : (::MultiJson if defined?(::MultiJson.adapter))
          return "Ruby's JSON #{::JSON::VERSION}; multi_json is not installed" unless engine

          "#{engine.adapter.name[/\w+\z/]}, chosen by multi_json"
        end

        def proxy
          name = PROXIES.fetch(@scheme, []).find { |variable| !@env[variable].to_s.empty? }
          return Check.ok("proxy", "none") unless name

          text = "#{name}=#{Masking.masked(@env[name])}"
          return Check.ok("proxy", "none for #{@host} (no_proxy); otherwise #{text}") if bypassed?
          return Check.ok("proxy", text) if http?(@env[name])

          Check.wrong("proxy", text, "Only proxies that speak http are supported.")
        end

        def bypassed?
          list = [@env["no_proxy"], @env["NO_PROXY"]].find { |value| !value.to_s.empty? }
          return true if @host == "localhost"

          list == "*" || !(list.nil? || ::URI::Generic.use_proxy?(@host, nil, 443, list))
        end

        def http?(url) = url.match?(%r{\Ahttp://}i) || !url.include?("://")

        def certificates
          given = %w[SSL_CERT_FILE SSL_CERT_DIR].reject { |name| @env[name].to_s.empty? }
          return Check.ok("certificates", system_certificates) if given.empty?

          text = given.map { |name| "#{name}=#{@env[name]}" }.join(", ")
          unreadable = given.find { |name| !readable?(name) }
          return Check.ok("certificates", text) unless unreadable

          Check.wrong("certificates", text, "#{unreadable} cannot be read: correct it, or remove the variable.")
        end

        def readable?(name)
          return File.file?(@env[name]) && File.readable?(@env[name]) if name == "SSL_CERT_FILE"

          @env[name].split(File::PATH_SEPARATOR).all? { |folder| File.directory?(folder) && File.readable?(folder) }
        end

        def system_certificates
          file = ::OpenSSL::X509::DEFAULT_CERT_FILE
          folder = ::OpenSSL::X509::DEFAULT_CERT_DIR
          found = [file, folder].find { |path| File.exist?(path) }
          found ? "of the system (#{found})" : "of the system, or those in the gem"
        end
      end
    end
  end
end
