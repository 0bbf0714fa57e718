# frozen_string_literal: true

# Random nested Hashes of plain values, the same for the same seed.
class RandomBodies
  CHARACTERS = "aZ0 \"\\/\n\t\u0000\u001f\u007fé\u2028日😀".chars.freeze

  def initialize(seed)
    @random = Random.new(seed)
  end

  def params
    pairs(0..6) { [key, value(4)] }
  end

  private

  def key
    @random.rand < 0.5 ? text.to_sym : text
  end

  def value(depth)
    kinds = depth.positive? ? %i[scalar scalar scalar list object] : [:scalar]
    send(kinds.sample(random: @random), depth)
  end

  def scalar(_depth)
    [nil, true, false, @random.rand(-(2**70)..(2**70)), @random.rand(-1000..1000), @random.rand(-1e6..1e6),
     text.to_sym, text, text].sample(random: @random)
  end

  def list(depth)
    Array.new(@random.rand(0..4)) { value(depth - 1) }
  end

  def object(depth)
    pairs(0..4) { [key, value(depth - 1)] }
  end

  # A Symbol and a String of the same text would be a duplicate key, which json 3 refuses.
  def pairs(lengths, &block)
    Array.new(@random.rand(lengths), &block).uniq { |key, _| key.to_s }.to_h
  end

  def text
    Array.new(@random.rand(0..12)) { CHARACTERS.sample(random: @random) }.join
  end
end
