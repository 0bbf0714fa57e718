# frozen_string_literal: true

module Pusher
  module Testing
    # What a server without subscribers says.
    # @api private
    module IdleServer
      COUNTS = %w[user_count subscription_count].freeze
      private_constant :COUNTS

      class << self
        # @param request [Request]
        # @return [String]
        def reply(request) = Internal::Native.encode(content(request))

        private

        def content(request)
          case [request.verb, request.path]
          in :get, "/channels" then { channels: {} }
          in :get, %r{\A/channels/[^/]+/users\z} then { users: [] }
          in :get, %r{\A/channels/[^/]+\z} then { occupied: false }.merge(counts(request.params["info"]))
          in :post, "/events" then published(request.events.first)
          in :post, "/batch_events" then published_together(request.events)
          else {}
          end
        end

        def published(event)
          return {} unless event && asks?(event)

          { channels: event.channels.to_h { |channel| [channel, counts(event.params[:info])] } }
        end

        def published_together(events)
          return {} if events.none? { |event| asks?(event) }

          { batch: events.map { |event| counts(event.params[:info]) } }
        end

        def asks?(event) = !event.params[:info].to_s.empty?

        def counts(info) = (info.to_s.split(",") & COUNTS).to_h { |name| [name, 0] }
      end
    end
    private_constant :IdleServer
  end
end
