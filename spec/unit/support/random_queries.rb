# frozen_string_literal: true

# Random queries, the same for the same seed.
class RandomQueries
  ALPHABETS = [
    [*"a".."z", *"A".."Z", *"0".."9", "_", "-"],
    %w[é É ß ñ Ω ω Ж ж 日 本 😀 ł Ą €],
    [*" &=+%/?#[]~*'\"\\;:\n\r\t\0".chars, "%20", "%"]
  ].freeze

  def initialize(seed)
    @random = Random.new(seed)
  end

  # Some names differ in case only: in a signed query they are the same.
  def query
    names = Array.new(@random.rand(0..8)) { name }
    names << other_case(names.sample(random: @random)) if names.any? && @random.rand < 0.1
    names.to_h { |name| [name, value] }
  end

  def path
    "/apps/#{@random.rand(1..999)}#{Array.new(@random.rand(1..3)) { "/#{text(ALPHABETS.first, 1..12)}" }.join}"
  end

  def verb
    %w[GET POST].sample(random: @random)
  end

  def secret
    text(ALPHABETS.first(2).flatten, 1..40)
  end

  private

  def name
    plain = text(ALPHABETS.first(2).sample(random: @random), 1..10)
    @random.rand < 0.3 ? plain.to_sym : plain
  end

  def other_case(name)
    text = name.to_s.swapcase
    @random.rand < 0.5 ? text.to_sym : text
  end

  def value
    case @random.rand(10)
    when 0 then nil
    when 1 then Array.new(@random.rand(0..4)) { scalar }
    else scalar
    end
  end

  def scalar
    case @random.rand(10)
    when 0 then @random.rand(-1_000_000..1_000_000)
    when 1 then @random.rand.round(6)
    when 2 then [true, false].sample(random: @random)
    when 3 then text(ALPHABETS.first, 1..8).to_sym
    when 4 then nil
    else text(ALPHABETS.sample(random: @random), 0..20)
    end
  end

  def text(alphabet, length)
    Array.new(@random.rand(length)) { alphabet.sample(random: @random) }.join
  end
end
