# frozen_string_literal: true

require "securerandom"

module Live
  # A visitor is a window of the page. It sends its token in a header, so other sites cannot act for it.
  class Visitors
    Visitor = Struct.new(:id, :name)

    NAMES = %w[Ann Ben Cleo Dan Eve Finn Gina Hugo Ida Jan].freeze

    def initialize
      @visitors = {}
      @lock = Mutex.new
    end

    # @return [Array] the token and the visitor
    def add
      @lock.synchronize do
        number = @visitors.size
        round = number / NAMES.size
        name = NAMES[number % NAMES.size] + (round.zero? ? "" : " #{round + 1}")
        token = SecureRandom.urlsafe_base64
        [token, @visitors[token] = Visitor.new(name.downcase.tr(" ", "-"), name)]
      end
    end

    # @param request [Rack::Request]
    # @return [Visitor, nil]
    def of(request)
      token = request.get_header("HTTP_AUTHORIZATION").to_s.delete_prefix("Bearer ")
      @lock.synchronize { @visitors[token] }
    end
  end
end
