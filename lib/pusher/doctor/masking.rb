# frozen_string_literal: true

module Pusher
  module Internal
    module Doctor
      # Hides the credentials in a url.
      module Masking
        # Greedy: a password may contain an @.
        CREDENTIALS = %r{\A((?:[a-z][a-z0-9+.\-]*://)?).*@}i
        private_constant :CREDENTIALS

        module_function

        # @return [String] the url without its credentials
        def masked(url) = url.to_s.scrub("?").sub(CREDENTIALS, '\1***@')
      end
    end
  end
end
