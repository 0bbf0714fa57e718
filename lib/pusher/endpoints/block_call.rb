# frozen_string_literal: true

module Pusher
  module Internal
    module Endpoints
      # Calls a block of the application with the keyword arguments that it takes.
      # @api private
      module BlockCall
        module_function

        # @param block [Proc]
        # @param arguments [Array]
        # @param keywords [Hash{Symbol => Object}] offered to the block
        # @return [Object] the block's value
        def call(block, *arguments, **keywords)
          kinds = block.parameters.map(&:first)
          unless kinds.include?(:keyrest)
            names = block.parameters.filter_map { |kind, name| name if %i[key keyreq].include?(kind) }
            keywords = keywords.slice(*names)
          end
          block.call(*arguments, **keywords)
        end
      end
    end
  end
end
