# frozen_string_literal: true

module Pusher
  module Internal
    module Rails
      # The line that `config.pusher.report = true` logs at the end of the boot. It contains no secret.
      # @api private
      class Report
        # @param settings [Settings]
        # @param client [Client] the default client
        def initialize(settings, client)
          @settings = settings
          @client = client
        end

        # @return [String]
        def to_s = "Pusher: #{account}, #{sources}; #{mode}"

        private

        def account
          missing = %i[app_id key secret].select { |name| [nil, Boot::PLACEHOLDERS[name]].include?(@client.send(name)) }
          return "no #{missing.join(", no ")}" if missing.any?

          "app #{@client.app_id} on #{@client.scheme}://#{@client.host}:#{@client.port}, key #{@client.key}"
        end

        def sources
          names = @settings.explicit_names
          explicit = "config.pusher (#{names.join(", ")})" if names.any?
          found = [*@settings.source_names, explicit].compact
          found.empty? ? "no settings found" : "from #{found.join(" and ")}"
        end

        def mode
          return "test mode" if @settings.testing?

          @settings.sending? ? "requests are sent" : "requests are not sent"
        end
      end
    end
  end
end
