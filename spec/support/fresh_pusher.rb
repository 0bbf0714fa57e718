# frozen_string_literal: true

# Resets the module and the environment that it reads after each example.
module FreshPusher
  VARIABLES = %w[PUSHER_URL http_proxy HTTP_PROXY https_proxy HTTPS_PROXY no_proxy NO_PROXY all_proxy ALL_PROXY
                 cgi_http_proxy CGI_HTTP_PROXY REQUEST_METHOD].freeze

  def self.included(group)
    group.around { |example| FreshPusher.keeping_environment { example.run } }
    group.after { FreshPusher.forget }
  end

  def self.forget
    %i[@default_client @logger].each { |name| Pusher.instance_variable_set(name, nil) }
    Pusher.instrumenter = nil if Pusher.respond_to?(:instrumenter=)
  end

  def self.keeping_environment
    before = ENV.to_h
    VARIABLES.each { |name| ENV.delete(name) }
    yield
  ensure
    ENV.replace(before)
  end
end
