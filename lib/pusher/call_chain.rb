# frozen_string_literal: true

module Pusher
  # Watches the documented steps of a request. As long as nobody has redefined one of them, or prepended to their
  # classes, the native part takes the same way without making their objects.
  # @api private
  module CallChain
    # The methods that are, or make, a step.
    STEPS = %i[resource url authentication_token create_request get post send_sync initialize new].freeze

    # Prepends modules as any class does, and takes note.
    def prepend(*modules)
      CallChain.altered
      super
    end

    # From now on every request takes all steps.
    def self.altered
      Pusher.__send__(:native_chain_altered)
    end

    private

    def method_added(name)
      super
      CallChain.altered if STEPS.include?(name)
    end

    def singleton_method_added(name)
      super
      CallChain.altered if STEPS.include?(name)
    end

    [Client, Resource, Request].each do |step|
      step.extend(self)
      step.singleton_class.extend(self)
    end
  end
  private_constant :CallChain
  private_class_method :native_chain_altered
end
