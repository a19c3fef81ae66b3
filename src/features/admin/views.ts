/** `admin/gallery`: every region in each of its states, drawn from fixtures. */
export interface GalleryPage {
  sections: readonly GallerySection[]
}

export interface GallerySection {
  id: string
  title: string
  samples: readonly GallerySample[]
}

export interface GallerySample {
  /** `empty`, `error`, `stale`… */
  state: string
  /** A partial, rendered with these props. */
  view: string
  props: object
  wide: boolean
}
