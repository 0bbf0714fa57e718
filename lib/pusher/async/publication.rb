# frozen_string_literal: true

require_relative "../event_limits"
require_relative "../json"
require_relative "../native"

module Pusher
  module Internal
    class Async
      # The events of a background request, where several requests may travel together: their channels, and whether the
      # request can share another one.
      # @api private
      class Publication
        # The fiber-local variable of the publication that is about to be queued.
        KEY = :pusher_publication
        # The end of the URL of requests that publish events.
        ENDING = %r{/(?:batch_)?events\z}
        # Statuses of a request with an event that the service does not accept. Its events are sent one by one.
        REFUSED = [400, 413].freeze
        private_constant :KEY, :ENDING, :REFUSED

        # Who sends a request with several events. Publications of equal senders may share one.
        Sender = Struct.new(:http, :app_url, :path, :key, :secret) do
          # @param events [Array<Hash>]
          # @return [HTTP::Reply]
          def post(events)
            url = "#{app_url}/batch_events"
            body = Json.encode({ batch: events })
            request = HTTP::OutgoingRequest.new(http, :post, url, body, Request::JSON_HEADERS)
            http.__send__(:send_accepted, request) { query(body) }
          end

          # The query, signed with the current time.
          def query(body)
            Native.signed_query(:post, path, {}, body, key, secret, Time.now.to_i)
          end

          # @return [String] without the secret
          def inspect = "#<#{self.class} #{app_url}>"
          alias_method :to_s, :inspect
        end

        class << self
          # @param http [Object] the HTTP client that sends the request
          # @param uri [URI] without a query
          # @param body [String] JSON
          # @param token [Signature::Token]
          # @param is_shareable [Boolean] false for a request that must be sent alone
          # @return [Publication, nil] nil if the request publishes nothing
          def of(http, uri, body, token, is_shareable:)
            url = uri.to_s
            return unless ENDING.match?(url)

            content = Json.load_published(body) { return }
            return unless content.is_a?(Hash)

            app_url = url.sub(ENDING, "")
            sender = Sender.new(http, app_url, uri.path.sub(ENDING, "/batch_events"), token.key, token.secret)
            new(content, body, sender, is_shareable: is_shareable && url.end_with?("/events"))
          end

          # Makes the publication known to {Async#accept} in the block.
          def announce(publication)
            previous = Thread.current[KEY]
            Thread.current[KEY] = publication
            yield
          ensure
            Thread.current[KEY] = previous
          end

          # @param request [HTTP::OutgoingRequest]
          # @return [Publication, nil] the announced one; nil if it belongs to another request, which a signal trap has
          #   interrupted
          def announced(request)
            publication = Thread.current[KEY]
            publication if publication&.body == request.body
          end

          # @param reply [HTTP::Reply] to a request with several events
          # @return [Boolean] whether they must be sent one by one
          def refused?(reply) = REFUSED.include?(reply.status)

          # @param reply [HTTP::Reply] to a request with several events
          # @param publications [Array<Publication>] these events
          # @return [Array<HTTP::Reply>] the reply to each, as if it had been sent alone
          def replies(reply, publications)
            attributes = attributes_in(reply) if publications.any?(&:info?)
            return publications.map { reply } unless attributes

            publications.each_with_index.map { |publication, index| publication.reply(reply, attributes[index]) }
          end

          private

          def attributes_in(reply)
            content = Native.read_reply(reply.body) if [200, 202].include?(reply.status)
            content[:batch] if content.is_a?(Hash) && content[:batch].is_a?(Array)
          end
        end

        # @return [Array<String>] each with the URL of the app, so that apps do not wait for each other
        attr_reader :channels
        # @return [Sender, nil] nil if the request is sent alone
        attr_reader :sender
        # @return [Hash] the event as an element of a batch
        attr_reader :event
        # @return [String] of the request
        attr_reader :body

        # @param content [Hash] the body
        # @param is_shareable [Boolean] false for a request that must be sent alone
        def initialize(content, body, sender, is_shareable:)
          @body = body
          events = content["batch"] || [content]
          names = Array(events).grep(Hash).flat_map { |event| event["channels"] || event["channel"] }
          @channels = names.compact.uniq.map { |name| "#{sender.app_url} #{name}" }
          return unless is_shareable && shareable?(content)

          @sender = sender
          @event = { "channel" => content["channels"].first, **content.except("channels") }
        end

        # @return [Boolean] whether it asks for attributes of its channel
        def info? = !event["info"].to_s.empty?

        # @param reply [HTTP::Reply] to the shared request
        # @param attributes [Hash, nil] of the channel
        # @return [HTTP::Reply]
        def reply(reply, attributes)
          content = info? ? { channels: { event["channel"] => attributes || {} } } : {}
          body = Json.encode(content)
          headers = reply.headers
          headers = headers.merge("Content-Length" => body.bytesize.to_s) if headers.key?("Content-Length")
          HTTP::OutgoingRequest.reply(reply.status, body, headers)
        end

        # @return [String] without the event
        def inspect
          "#<#{self.class} #{channels.join(", ")}>"
        end

        private

        def shareable?(content)
          channels, name, data = content.values_at("channels", "name", "data")
          return false unless channels.is_a?(Array) && channels.size == 1 && channels.first.is_a?(String)
          return false if content.key?("channel") || !data.is_a?(String)

          !EventLimits.exceeded?(channels.first, name, data, content)
        end
      end
    end
  end
end
