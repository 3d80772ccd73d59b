import type { Page } from '../browser/engines/index.js';

/** What a person does with a page: buttons are found by what is written on them. */
export class Person {
  constructor(readonly page: Page) {}

  /** Clicks the button or link with this text. */
  async click(text: string): Promise<void> {
    const found = `[...document.querySelectorAll('button, a, summary')].find(
      (element) => element.textContent.trim() === ${JSON.stringify(text)} &&
        element.checkVisibility())`;
    await this.page.waitFor(found);
    await this.page.evaluate(`((element) => {
      document.querySelector('[data-wanted]')?.removeAttribute('data-wanted');
      element.setAttribute('data-wanted', ${JSON.stringify(text)});
      element.scrollIntoView({ block: 'center', behavior: 'instant' });
    })(${found})`);
    await this.page.click(`[data-wanted=${JSON.stringify(text)}]`);
  }

  /** Chooses a value in the select whose label begins with this text. */
  async choose(label: string, value: string): Promise<void> {
    const select = `[...document.querySelectorAll('label')].find((element) =>
      element.textContent.trim().startsWith(${JSON.stringify(label)}))?.querySelector('select')`;
    await this.page.waitFor(
      `[...(${select}?.options ?? [])].some(({ value }) => value === ${JSON.stringify(value)})`,
    );
    await this.page.evaluate(`((select) => {
      select.value = ${JSON.stringify(value)};
      select.dispatchEvent(new Event('change', { bubbles: true }));
    })(${select})`);
  }

  /** Fills an input field. */
  async fill(name: string, value: string): Promise<void> {
    await this.page.evaluate(
      `(document.querySelector('[name=${name}]').value = ${JSON.stringify(value)})`,
    );
  }

  text(selector: string): Promise<string> {
    return this.page.evaluate<string>(
      `(document.querySelector(${JSON.stringify(selector)})?.textContent ?? '').trim()`,
    );
  }

  /** Waits until an element has this text. */
  async sees(selector: string, text: string): Promise<void> {
    const expression = `(document.querySelector(${JSON.stringify(selector)})?.textContent ?? '').trim()`;
    try {
      await this.page.waitFor(`${expression} === ${JSON.stringify(text)}`);
    } catch (error) {
      throw new Error(`${selector} is "${await this.text(selector)}", not "${text}"`, {
        cause: error,
      });
    }
  }

  async isAt(pathname: string): Promise<void> {
    await this.page.waitFor(`location.pathname === ${JSON.stringify(pathname)}`);
    await this.page.waitFor('document.readyState === "complete"');
  }

  /** What has the focus after each of so many presses of the Tab key. */
  async tabThrough(presses: number): Promise<string[]> {
    const stops: string[] = [];
    for (let press = 0; press < presses; press++) {
      await this.page.press('Tab');
      stops.push(
        await this.page.evaluate<string>(`(({ id, name, tagName, textContent }) =>
          id || name || tagName.toLowerCase() + ' ' + textContent.trim().slice(0, 30)
        )(document.activeElement)`),
      );
    }
    return stops;
  }

  /** Opens a window of this width; `overflow` shows pages in it. */
  async openNarrow(width: number): Promise<void> {
    // A popup, since a whole browser window does not get that narrow. It takes a click.
    await this.page.evaluate(`(() => {
      const button = document.createElement('button');
      button.id = 'narrow';
      button.textContent = 'Open';
      button.addEventListener('click', () => {
        window.narrow = open('about:blank', '', 'popup,width=${width},height=740');
      });
      document.querySelector('main').prepend(button);
      scrollTo(0, 0);
    })()`);
    await this.page.click('#narrow');
    await this.page.waitFor(`window.narrow?.innerWidth === ${width}`);
  }

  /** What sticks out of a page in the narrow window; nothing if it needs no sideways scrolling. */
  async overflow(url: string): Promise<string[]> {
    await this.page.evaluate(`(narrow.location = ${JSON.stringify(url)})`);
    await this.page.waitFor(
      `narrow.location.href === ${JSON.stringify(url)} &&
        narrow.document.readyState === 'complete'`,
    );
    return this.page.evaluate<string[]>(`(() => {
      const { scrollWidth, clientWidth } = narrow.document.documentElement;
      if (scrollWidth <= clientWidth) return [];
      return [scrollWidth + ' px', ...[...narrow.document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
        .map(({ tagName, id, className }) => tagName + '#' + id + '.' + className)
        .slice(0, 10)];
    })()`);
  }

  /** The contrast ratio of the text of an element with the page behind it, by WCAG 2. */
  contrast(selector: string): Promise<{ text: string; ground: string; ratio: number }> {
    return this.page.evaluate(`((element) => {
      const colour = (css) => {
        const context = document.createElement('canvas').getContext('2d');
        context.fillStyle = css;
        context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data];
      };
      const light = ([r, g, b]) => [r, g, b]
        .map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
      const text = getComputedStyle(element).color;
      let behind = element;
      while (behind && colour(getComputedStyle(behind).backgroundColor)[3] < 255)
        behind = behind.parentElement;
      const ground = behind ? getComputedStyle(behind).backgroundColor : 'white';
      const [a, b] = [light(colour(text)), light(colour(ground))];
      return { text, ground, ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
    })(document.querySelector(${JSON.stringify(selector)}))`);
  }
}
