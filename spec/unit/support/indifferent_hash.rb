# frozen_string_literal: true

# Like ActiveSupport's HashWithIndifferentAccess: keeps String keys and takes Symbols as well.
class IndifferentHash < Hash
  def self.from(hash)
    hash.each_with_object(new) { |(key, value), copy| copy[key] = value }
  end

  def []=(key, value)
    super(convert(key), value)
  end
  alias store []=

  def [](key)
    super(convert(key))
  end

  def fetch(key, *rest, &block)
    super(convert(key), *rest, &block)
  end

  def values_at(*keys)
    super(*keys.map { |key| convert(key) })
  end

  def dig(key, *rest)
    super(convert(key), *rest)
  end

  def key?(key)
    super(convert(key))
  end
  alias has_key? key?
  alias include? key?
  alias member? key?

  def delete(key, &block)
    super(convert(key), &block)
  end

  def merge(other)
    dup.update(other)
  end

  def update(other)
    other.each { |key, value| self[key] = value }
    self
  end
  alias merge! update

  private

  def convert(key)
    key.is_a?(Symbol) ? key.to_s : key
  end
end
