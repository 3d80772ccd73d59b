export interface Product {
  id: string;
  name: string;
  /** In cents. */
  price: number;
  text: string;
  /** The outline of its picture, in a square of 48. */
  path: string;
}

export const PRODUCTS: Product[] = [
  {
    id: 'cup',
    name: 'Morning cup',
    price: 1400,
    text: 'Stoneware, holds a quarter of a litre and the heat.',
    path: 'M10 16h22v14a8 8 0 0 1-8 8h-6a8 8 0 0 1-8-8zM32 20h3a5 5 0 0 1 0 10h-3M16 6v4M21 4v6M26 6v4',
  },
  {
    id: 'lamp',
    name: 'Reading lamp',
    price: 6900,
    text: 'A warm cone of light, no further.',
    path: 'M16 8h16l6 16H10zM24 24v16M16 40h16M31 24v6',
  },
  {
    id: 'plant',
    name: 'Patient plant',
    price: 2200,
    text: 'Forgives weeks without water.',
    path: 'M15 30h18l-2 12H17zM24 30V14M24 20c-8 0-11-5-11-11 8 0 11 5 11 11zM24 24c7 0 10-4 10-10-7 0-10 4-10 10z',
  },
  {
    id: 'clock',
    name: 'Slow clock',
    price: 4800,
    text: 'One hand. It is about that time.',
    path: 'M24 6a18 18 0 1 1 0 36 18 18 0 0 1 0-36zM24 14v10l7 5',
  },
  {
    id: 'chair',
    name: 'Window chair',
    price: 18900,
    text: 'For looking out and nothing else.',
    path: 'M16 6v22h18V18M16 28l-3 14M34 28l3 14M16 16h10',
  },
  {
    id: 'book',
    name: 'Empty book',
    price: 900,
    text: 'Two hundred pages that agree with you.',
    path: 'M24 12c-4-3-9-4-15-4v28c6 0 11 1 15 4 4-3 9-4 15-4V8c-6 0-11 1-15 4zM24 12v28',
  },
];

export const price = (cents: number): string => `€ ${(cents / 100).toFixed(2)}`;
