# frozen_string_literal: true

require_relative "../json"

module Pusher
  module Internal
    module HTTP
      # Reads the events in the body of a request.
      # @api private
      module PublishedEvents
        # The path of requests that publish events.
        PATH = %r{/(?:events|batch_events)\z}
        private_constant :PATH

        class << self
          # @param verb [Symbol]
          # @param path [String] without the query
          # @param body [String, nil]
          # @return [Array<Hash>] each with `"name"`, `"data"` and `"channels"`, or `"channel"` in a batch; empty for a
          #   request that publishes nothing
          def in(verb, path, body)
            return [] unless verb == :post && body && PATH.match?(path)

            content = Json.load_published(body) { return [] }
            content = content["batch"] || [content] if content.is_a?(Hash)
            Array(content).grep(Hash)
          end

          # @param events [Array<Hash>]
          # @return [Array<String>] each once
          def channels(events) = events.flat_map { |event| event["channels"] || event["channel"] }.compact.uniq

          # @param events [Array<Hash>]
          # @return [Array<String>] each once
          def names(events) = events.map { |event| event["name"] }.uniq
        end
      end
    end
  end
end
