# frozen_string_literal: true

# Compares the methods of the gem's classes with parameter lists as they are written in Ruby.
module Signatures
  KINDS = { /\A\*\*(\w+)\z/ => :keyrest, /\A\*(\w+)\z/ => :rest, /\A&(\w+)\z/ => :block,
            /\A(\w+): .+\z/ => :key, /\A(\w+) = .+\z/ => :opt, /\A(\w+)\z/ => :req }.freeze

  module_function

  # What `Method#parameters` returns for a list such as "path, params = {}".
  def parameters(list)
    list.split(", ").map do |parameter|
      pattern, kind = KINDS.find { |candidate, _| candidate.match?(parameter) }
      [kind, parameter[pattern, 1].to_sym]
    end
  end

  def own_methods(type)
    type.public_instance_methods - Object.public_instance_methods
  end

  # Without the methods of every class, Ruby's hooks and what other libraries add to all classes.
  def own_singleton_methods(object)
    object.singleton_methods - Class.instance_methods - Class.private_instance_methods - Object.singleton_methods
  end
end
