# frozen_string_literal: true

module Pusher
  # Watches the documented steps of a request. As long as they are as they were made, the native part takes the same
  # way without making their objects; where somebody has redefined one (a stub, a patch) or prepended to their
  # classes, every request takes all of them. A stub that is taken back is forgotten again.
  # @api private
  module CallChain
    # The methods that are, or make, a step.
    STEPS = {
      Client => %i[resource url authentication_token sync_http_client],
      Resource => %i[initialize get get_async post post_async create_request],
      Request => %i[initialize send_sync send_async],
      HttpClient => %i[request request_async]
    }.freeze

    @is_prepended = false

    class << self
      # Compares the steps with what they were, and has the native part act on it.
      def check
        Pusher.__send__(:native_chain_altered=, @is_prepended || current != @original)
      end

      # What a module prepends cannot be taken back.
      def prepended
        @is_prepended = true
        check
      end

      # From now on the steps are watched.
      def watch
        @original = current
        STEPS.each_key do |step|
          step.extend(self)
          step.singleton_class.extend(self)
        end
      end

      private

      def current
        STEPS.flat_map do |step, names|
          [new_of(step), *names.map { |name| method_of(step, name) }]
        end
      end

      # nil while a method is being exchanged for another. One that a stub has put back is what it was, wherever it
      # lies now.
      def new_of(step)
        step.method(:new).unbind
      rescue NameError
        nil
      end

      # The same of an instance.
      def method_of(step, name)
        step.instance_method(name)
      rescue NameError
        nil
      end
    end

    # Prepends modules as any class does, and takes note.
    def prepend(*modules)
      super.tap { CallChain.prepended }
    end

    private

    %i[method_added method_removed method_undefined singleton_method_added singleton_method_removed
       singleton_method_undefined].each do |hook|
      define_method(hook) do |name|
        super(name)
        CallChain.check
      end
    end

    watch
  end
  private_constant :CallChain
  private_class_method :native_chain_altered=, :native_chain_altered?
end
