# frozen_string_literal: true

require_relative "check"
require_relative "masking"

module Pusher
  module Internal
    module Doctor
      # The client of the url in the environment. Credentials that an application sets in its code are not known here.
      class Credentials
        # @return [Client, nil]
        attr_reader :client
        # @return [Check]
        attr_reader :check

        # @param env [#[]] the variables of the environment
        # @param name [String] the variable that contains the url
        def initialize(env, name)
          @name = name
          @url = env[name].to_s
          @check = @url.empty? ? unset : read
        end

        private

        def unset
          Check.skipped("credentials", "#{@name} is not set; those in the code are not read")
        end

        def read
          client = ::Pusher::Client.from_url(@url)
          missing = %i[app_id key secret].select { |part| client.public_send(part).to_s.empty? }
          return wrong("#{@name} has no #{missing.join(", no ")}") if missing.any?

          @client = client
          Check.ok("credentials", "#{@name}=#{Masking.masked(@url)}")
        rescue ::URI::Error => e
          wrong("#{@name} is malformed: #{e.message}")
        end

        def wrong(text)
          Check.wrong("credentials", text, "Set it to https://KEY:SECRET@HOST/apps/APP_ID.")
        end
      end
    end
  end
end
