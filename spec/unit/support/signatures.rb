# frozen_string_literal: true

# Turns a parameter list as it is written in Ruby into what `Method#parameters` says of it.
module Signatures
  KINDS = { /\A\*(\w+)\z/ => :rest, /\A(\w+) = .+\z/ => :opt, /\A(\w+)\z/ => :req }.freeze

  module_function

  def parameters(list)
    list.split(", ").map do |parameter|
      pattern, kind = KINDS.find { |candidate, _| candidate.match?(parameter) }
      [kind, parameter[pattern, 1].to_sym]
    end
  end
end
