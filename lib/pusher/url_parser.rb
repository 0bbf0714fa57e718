# frozen_string_literal: true

require "uri"

module Pusher
  module Internal
    # Parses the urls of the configuration. Its errors show no credentials.
    # @api private
    module UrlParser
      class << self
        # @param url [String] of an app on a server
        # @return [URI]
        # @raise [URI::InvalidURIError] the credentials masked
        def api_url(url)
          parse(url, "https://KEY:SECRET@HOST/apps/APP_ID", &:path)
        end

        # @param url [String] of a proxy
        # @return [URI]
        # @raise [URI::InvalidURIError] the credentials masked
        def proxy_url(url)
          parse(url, "http://HOST:PORT") { true }
        end

        private

        def parse(url, expected)
          uri = ::URI.parse(url)
          yield(uri) ? uri : raise(::URI::Error)
        rescue ::URI::Error
          raise malformed(url, expected), cause: nil
        end

        def malformed(url, expected)
          given = url.to_s.scrub
          text = url.nil? ? "nil" : masked(given).inspect
          ::URI::InvalidURIError.new("bad URI(is not URI?): #{text}, expected #{expected}#{without(given)}")
        end

        # In a url without an @ before the host, everything may be credentials.
        def masked(url)
          url.sub(%r{\A([a-z][a-z0-9+.-]*://)?.*?(@[^@]*)?\z}mi, '\1***\2')
        end

        # Urls that were copied from a web page or an environment file may have quotes or spaces around them.
        def without(url)
          surroundings = url[/\A["'\s]|["'\s]\z/]
          ", without the #{surroundings.strip.empty? ? "spaces" : "quotes"} around it" if surroundings
        end
      end
    end
  end
end
