# frozen_string_literal: true

module Pusher
  module Testing
    # The default replies: those of a server without subscribers.
    # @api private
    module DefaultReplies
      COUNTS = %w[user_count subscription_count].freeze
      private_constant :COUNTS

      class << self
        # @param request [Request]
        # @return [String] the body of the reply
        def body_for(request) = Internal::Json.encode(content(request))

        private

        def content(request)
          case [request.verb, request.path]
          in :get, "/channels" then { channels: {} }
          in :get, %r{\A/channels/[^/]+/users\z} then { users: [] }
          in :get, %r{\A/channels/[^/]+\z} then { occupied: false }.merge(counts(request.params["info"]))
          in :post, "/events" then event_content(request.events.first)
          in :post, "/batch_events" then batch_content(request.events)
          else {}
          end
        end

        def event_content(event)
          return {} unless event && info_requested?(event)

          { channels: event.channels.to_h { |channel| [channel, counts(event.params[:info])] } }
        end

        def batch_content(events)
          return {} if events.none? { |event| info_requested?(event) }

          { batch: events.map { |event| counts(event.params[:info]) } }
        end

        def info_requested?(event) = !event.params[:info].to_s.empty?

        def counts(info) = (info.to_s.split(",") & COUNTS).to_h { |name| [name, 0] }
      end
    end
    private_constant :DefaultReplies
  end
end
