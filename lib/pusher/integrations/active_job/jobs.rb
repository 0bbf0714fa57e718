# frozen_string_literal: true

require_relative "../../errors"

module Pusher
  module Internal
    # The class of the jobs, and the clients that they use.
    # @api private
    module Jobs
      # Replaced, not modified: jobs run on several threads.
      @clients = {}.freeze
      @job_class = nil

      class << self
        # @return [Class, String, nil] as {Pusher.trigger_job}
        attr_reader :setting

        def setting=(job_class)
          unless job_class.nil? || job_class.is_a?(Class) || job_class.is_a?(String)
            raise ArgumentError, "trigger_job must be a class, its name, or nil, got #{job_class.inspect}"
          end

          @setting = job_class
        end

        # Looks a name up at each call, because Rails may reload the class.
        #
        # @return [Class] the class of the jobs
        # @raise [Error] if Active Job is not loaded
        def job_class
          load_trigger_job
          job_class = @setting.is_a?(String) ? Object.const_get(@setting) : @setting
          return TriggerJob unless job_class
          return job_class if job_class <= TriggerJob

          raise Error, "trigger_job is #{job_class}, which is not a subclass of Pusher::TriggerJob"
        end

        # Defines {TriggerJob}.
        #
        # @raise [Error] if Active Job is not loaded
        def load_trigger_job
          unless defined?(::ActiveJob::Base)
            raise Error, "events are triggered later with Active Job, which is not loaded: require \"active_job\" " \
                         "before (in Rails, \"active_job/railtie\"), or use trigger_async"
          end

          require_relative "trigger_job"
        end

        # @param name [String, Symbol]
        # @param client [Client]
        def register(name, client)
          unless client.is_a?(Client)
            raise ArgumentError, "a client to register must be a Pusher::Client, got #{client.class}"
          end

          @clients = @clients.merge(name.to_s => client).freeze
        end

        # @param client [Client]
        # @return [String, nil] its name in the queue; nil for the default client
        # @raise [Error] if it has none
        def name_of(client)
          return if client.equal?(Pusher.default_client)

          @clients.each { |name, registered| return name if client.equal?(registered) }
          raise Error, "a job cannot find this client in another process: register it with " \
                       "Pusher.register_client(:a_name, client) in all processes, or use the default client"
        end

        # @param name [String, nil]
        # @return [Client]
        # @raise [ConfigurationError] if it is not registered in this process
        def client(name)
          return Pusher.default_client unless name

          @clients.fetch(name) do
            raise ConfigurationError.new(
              :client, "no client is registered as #{name.inspect} in this process: call " \
                       "Pusher.register_client(#{name.inspect}, client) while the application starts"
            )
          end
        end
      end
    end
  end
end
